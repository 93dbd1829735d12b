"""The health check for supervisors, containers and load balancers."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from experiments.access import public


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """`ok` when the database answers, else 503; says nothing else, because anyone may ask."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
