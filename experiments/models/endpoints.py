"""What endpoints have cost, and the requests that their limits count."""

from django.db import models

from experiments.models.library import LanguageModel


class EndpointSpending(models.Model):
    """What was bought of an endpoint so far, by every run and worker, whatever became of their chunks.

    `estimated` are the answers whose server did not say how many tokens they took. `lost` are requests whose worker
    died before it could say what became of them: the cost holds the most that they can have cost. Until `quiet_until`
    nothing is asked, because the server said so. A request of `claim_tokens` waits for room until `claim_until`.
    """

    model = models.OneToOneField(LanguageModel, on_delete=models.CASCADE, related_name="spending")
    answers = models.BigIntegerField(default=0)
    tokens_read = models.BigIntegerField(default=0)
    tokens_written = models.BigIntegerField(default=0)
    estimated = models.BigIntegerField(default=0)
    spent = models.FloatField(default=0)
    lost = models.BigIntegerField(default=0, db_default=0)
    quiet_until = models.DateTimeField(null=True)
    claim_tokens = models.BigIntegerField(default=0, db_default=0)
    claim_until = models.DateTimeField(null=True)


class EndpointTicket(models.Model):
    """A request that a worker was allowed to send to an endpoint with limits.

    It counts in its minute with its `tokens`, estimated until they are known, and while it is under way with what it
    can cost at most, `reserved`. One that nobody has settled by `lapses_at` is lost with its worker; a settled one
    has no such time.
    """

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="tickets")
    sent_at = models.DateTimeField()
    tokens = models.BigIntegerField()
    reserved = models.FloatField(default=0)
    lapses_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["model", "sent_at"], name="ticket_minute")]
