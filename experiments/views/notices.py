"""Notices: what a member was told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from experiments.access import member, members
from experiments.filters import Column, Filter, Listing
from experiments.models import Notice

COLUMNS = (Column("when", name="new", order="id", largest_first=True), Column("notice"), Column("run"))
FILTERS = (Filter("unread", "Show", [("yes", "unread")], lambda rows, value: rows.filter(read_at=None)),)


@members
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The reader's own notices, newest first."""
    listing = Listing(request.GET, COLUMNS, "-new", FILTERS)
    page = listing.page(Notice.objects.filter(user=member(request)).select_related("run"))
    context = {
        "listing": listing,
        "chips": listing.chips(),
        "columns": listing.heads(),
        "notices": page.rows,
        "pager": listing.pager(page),
    }
    return render(request, "notices/list.html", context)


@members
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Marks the reader's notices as read, up to the newest one that the page showed."""
    newest = request.POST.get("newest", "")
    if newest.isdecimal() and len(newest) < 19:
        Notice.objects.filter(user=member(request), read_at=None, pk__lte=int(newest)).update(
            read_at=timezone.now()
        )
    return redirect("notice-list")
