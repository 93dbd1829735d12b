"""URLs of every page: the patterns of each module of this package, one module per noun, joined."""

import pkgutil
from importlib import import_module

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    pattern
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__, f"{__name__}."))
    for pattern in import_module(module).urlpatterns
]
