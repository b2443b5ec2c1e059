"""The build backend: hatchling, after the front end has been built."""

from typing import Any

import front_end
from hatchling import build as hatchling

Settings = dict[str, Any] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    return [*hatchling.get_requires_for_build_wheel(config_settings), *front_end.needs()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    return [*hatchling.get_requires_for_build_editable(config_settings), *front_end.needs()]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    return [*hatchling.get_requires_for_build_sdist(config_settings), *front_end.needs()]


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    front_end.build()
    return hatchling.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    front_end.build()
    return hatchling.build_editable(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    front_end.build()
    return hatchling.build_sdist(sdist_directory, config_settings)
