"""What a person sees when a page cannot be shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _plain(request: HttpRequest, status: int, heading: str, what: str) -> HttpResponse:
    return render(request, "errors/plain.html", {"heading": heading, "what": what}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _plain(request, 400, _("Yêu cầu không đúng"), _("Trang gửi lên dữ liệu không đọc được."))


def forbidden(request: HttpRequest, exception: Any = None, reason: str = "") -> HttpResponse:
    """403, also for a form whose key has run out."""
    what = (
        _("Trang mở đã lâu. Tải lại trang rồi gửi lại.")
        if reason
        else _("Vai trò của bạn trong cuộc diễn tập này không mở được trang này.")
    )
    return _plain(request, 403, _("Không được phép"), what)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    what = _("Địa chỉ sai, hoặc cuộc diễn tập không dành cho tài khoản này.")
    return _plain(request, 404, _("Không có trang này"), what)


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    """429: more often than anybody needs. Nothing was done; what was written stays on the page."""
    what = _("Gửi quá nhiều lần liền nhau. Chờ %(wait)d giây rồi thử lại.") % {"wait": wait_s}
    if getattr(request, "htmx", False):
        response = _toast(request, 429, what)
    else:
        response = _plain(request, 429, _("Xin chậm lại"), what)
    response["Retry-After"] = str(wait_s)
    return response


def signed_out(request: HttpRequest) -> HttpResponse:
    """401: a page sent something after its session had ended. Nothing was done."""
    return _toast(
        request,
        401,
        _("Phiên đăng nhập đã hết, chưa gửi được. Tải lại trang để đăng nhập rồi gửi lại."),
    )


def second_factor_first(request: HttpRequest) -> HttpResponse:
    """403: the sender's role demands a second factor now. Nothing was done."""
    return _toast(
        request, 403, _("Vai trò của bạn bắt buộc xác thực hai bước. Tải lại trang để bật.")
    )


def _toast(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    context = {"sentence": sentence, "ok": False}
    return render(request, "components/toast.html", context, status=status)


def failed(request: HttpRequest) -> HttpResponse:
    """500: nothing is asked of the database or of templates that could fail again."""
    return HttpResponse(
        "<!doctype html><meta charset=utf-8><title>500</title>"
        "<p>Máy chủ gặp lỗi, việc vừa làm chưa được ghi. Xin thử lại. / "
        "The server failed; nothing was saved. Please try again.",
        status=500,
    )
