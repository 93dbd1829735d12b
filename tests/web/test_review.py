"""Review: blind until one has answered, one answer a member, with the team's agreement afterwards."""

import pytest
from django.urls import reverse

from experiments.alignment.errors import ConfigError
from experiments.models import Review, Signal
from experiments.services import reviews
from tests.support.factories import make_review, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run()


@pytest.fixture
def judged(run):
    return Signal.objects.filter(kind="judge_rating").order_by("pk").first()


def save(client, signal, **words):
    return client.post(reverse("review-save", args=[signal.pk]), words)


def pages_with(signal):
    run = signal.trace.iteration.run_id
    prompt = reverse("prompt-detail", args=[run, signal.trace.row_id]) + "?part=train"
    return [reverse("trace-detail", args=[signal.trace_id]), prompt, f"{reverse('review-list')}?run={run}"]


def test_strangers_are_sent_to_sign_in_and_write_nothing(client, judged):
    assert client.get(reverse("review-list")).status_code == 302
    assert save(client, judged, verdict="agree").status_code == 302
    assert not Review.objects.exists()


def test_nobody_sees_the_others_answers_before_their_own(client, judged):
    colleague = make_user("reviewer", "colleague@example.org")
    make_review(judged, colleague, "disagree", "the sixth word gives it away")
    client.force_login(make_user("reviewer"))
    for url in pages_with(judged):
        text = client.get(url).content.decode()
        assert "the sixth word gives it away" not in text
        assert "colleague@example.org" not in text
        assert "disagrees" not in text
    assert (
        "One colleague has answered; you see their answer after yours."
        in client.get(pages_with(judged)[0]).content.decode()
    )


def test_after_ones_own_answer_the_team_the_agreement_and_n_are_shown(client, judged):
    make_review(judged, make_user("reviewer", "colleague@example.org"), "disagree", "too kind")
    client.force_login(make_user("reviewer"))
    response = save(client, judged, verdict="agree", note="fair")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('trace-detail', args=[judged.trace_id])}#signal-{judged.pk}"
    text = client.get(pages_with(judged)[0]).content.decode()
    for words in ("colleague@example.org", "too kind", "fair", "50", "(n = 2)"):
        assert words in text


def test_htmx_gets_the_block_alone(client, judged):
    client.force_login(make_user("reviewer"))
    url = reverse("review-save", args=[judged.pk])
    response = client.post(url, {"verdict": "agree"}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert f'id="review-{judged.pk}"' in text
    assert "<html" not in text
    assert "(n = 1)" in text


def test_an_answer_can_be_changed_and_stays_one_row(client, judged):
    client.force_login(make_user("researcher"))
    save(client, judged, verdict="agree", note="first")
    save(client, judged, verdict="disagree", note="second")
    review = Review.objects.get()
    assert (review.verdict, review.note) == ("disagree", "second")


def test_the_signal_itself_is_never_changed(client, judged):
    before = Signal.objects.filter(pk=judged.pk).values().get()
    client.force_login(make_user("reviewer"))
    save(client, judged, verdict="disagree")
    assert Signal.objects.filter(pk=judged.pk).values().get() == before


@pytest.mark.parametrize("words", [{"verdict": "maybe"}, {}, {"verdict": "agree", "note": "x" * 4001}])
def test_a_bad_answer_is_refused_in_one_sentence_and_keeps_what_was_typed(client, judged, words):
    client.force_login(make_user("reviewer"))
    response = save(client, judged, **({"note": "my words"} | words))
    assert response.status_code == 422
    assert words.get("note", "my words") in response.content.decode()
    assert not Review.objects.exists()


def test_a_verifiers_verdict_cannot_be_reviewed(judged):
    with pytest.raises(ConfigError):
        reviews.answer(Signal.objects.filter(kind="verifier").first(), make_user(), "agree")


def test_it_goes_nowhere_but_this_site_afterwards(client, judged):
    client.force_login(make_user("reviewer"))
    assert save(client, judged, verdict="agree", next="https://elsewhere.example/")["Location"].startswith(
        "/traces/"
    )


def test_the_review_page_leads_from_one_to_the_next_newest_run_first(client, run):
    newer = make_run()
    client.force_login(make_user("reviewer"))
    first = client.get(reverse("review-list")).context["item"]
    assert first.run == newer
    response = client.post(
        reverse("review-save", args=[first.signal.pk]),
        {"verdict": "agree", "next": client.get(reverse("review-list")).context["next_url"]},
        follow=True,
    )
    assert response.context["item"].signal.pk != first.signal.pk
    assert "Your last answer" in response.content.decode()


def test_a_skipped_one_waits_and_the_end_is_said(client, run):
    user = make_user("reviewer")
    client.force_login(user)
    first = client.get(reverse("review-list")).context["item"].signal
    skipped = client.get(reverse("review-list"), {"after": first.pk}).context["item"].signal
    assert skipped.pk < first.pk
    for signal in Signal.objects.filter(kind="judge_rating"):
        reviews.answer(signal, user, "agree")
    assert "You have answered everything" in client.get(reverse("review-list")).content.decode()


def test_the_answered_one_is_shown_only_to_whoever_answered_it(client, judged):
    make_review(judged, make_user("reviewer", "colleague@example.org"), note="hidden note")
    client.force_login(make_user("reviewer"))
    text = client.get(reverse("review-list"), {"answered": judged.pk}).content.decode()
    assert "hidden note" not in text


def test_keys_are_named_on_the_first_open_question_and_go_to_the_open_ones(client, judged):
    client.force_login(make_user("reviewer"))
    url = reverse("trace-detail", args=[judged.trace_id])
    text = client.get(url).content.decode()
    assert text.count("<kbd>a</kbd>") == 1
    assert text.count('data-key="a"') == 2
    save(client, judged, verdict="agree")
    assert client.get(url).content.decode().count('data-key="a"') == 1


def test_a_refusal_is_shown_in_place(client, judged):
    client.force_login(make_user("reviewer"))
    url = reverse("review-save", args=[judged.pk])
    text = client.post(
        url, {"verdict": "maybe", "note": "typed"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Choose agree or disagree." in text
    assert "typed" in text
    assert not Review.objects.exists()


def test_agreement_is_raw_and_counts_answers(run):
    signals = list(Signal.objects.filter(kind="judge_rating")[:2])
    assert reviews.agreement(signals) == reviews.Agreement(None, 0)
    for signal, verdict in zip(
        [signals[0], signals[0], signals[1]], ("agree", "disagree", "agree"), strict=True
    ):
        make_review(signal, make_user(), verdict)
    assert reviews.agreement(signals) == reviews.Agreement(pytest.approx(2 / 3), 3)


def test_a_note_is_text(client, judged):
    user = make_user("reviewer")
    make_review(judged, user, note="<script>x()</script>")
    client.force_login(user)
    assert "<script>x()" not in client.get(pages_with(judged)[0]).content.decode()


def test_the_page_takes_a_fixed_number_of_queries(client, run, django_assert_max_num_queries):
    client.force_login(make_user("reviewer"))
    with django_assert_max_num_queries(16):
        client.get(reverse("review-list"))
