"""x"""
routes: list = []
