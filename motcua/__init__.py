"""Một Cửa: one door to the city."""

__version__ = "0.1.0"
