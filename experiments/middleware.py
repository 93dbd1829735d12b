"""Deny by default: size, identity and role are checked before anything reads a request's body."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers

from experiments.access import PUBLIC, access_of, body_limit_of, member


class AccessMiddleware:
    """Stands before the CSRF check, which parses the body: a stranger's upload is never read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Answers 413, a way to sign in, or 403; None lets the request through."""
        access = access_of(view_func)
        if access is None:
            raise PermissionDenied("This page is closed: nothing says who may open it.")
        if access != PUBLIC and not request.user.is_authenticated:
            return _to_sign_in(request)
        if access != PUBLIC and not member(request).may(access):
            raise PermissionDenied(f"This needs the role {access}; an admin of the team can give it to you.")
        if _body_size(request) > body_limit_of(view_func):
            return _too_large(request, body_limit_of(view_func))
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Leads to the sign-in page; htmx is told to take the whole page there."""
    if request.headers.get("HX-Request") == "true":
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        return HttpResponse(status=401, headers={"HX-Redirect": _sign_in(page.path, page.query)})
    if request.method not in ("GET", "HEAD"):
        return HttpResponseRedirect(resolve_url("sign-in"))
    return HttpResponseRedirect(_sign_in(request.path, request.META.get("QUERY_STRING", "")))


def _sign_in(path: str, query: str) -> str:
    back = f"{path}?{query}" if query else path
    return f"{resolve_url('sign-in')}?{urlencode({'next': back})}"


def _body_size(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0


def _too_large(request: HttpRequest, limit: int) -> HttpResponse:
    sentence = f"What was sent is larger than the {limit // 2**20} MB that this page takes."
    response = render(request, "refused.html", {"heading": "Too large", "sentence": sentence}, status=413)
    response["Connection"] = "close"
    return response


class PrivatePages:
    """Pages belong to one reader: no shared cache keeps them, and a cache asks before it shows one again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
