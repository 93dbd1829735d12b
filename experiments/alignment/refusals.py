"""Answers that decline to answer, told by how they begin: an assistant's fixed phrases, not a judgement."""

import re

OPENING = 240
"""Characters in which a refusal says that it is one."""
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
QUOTED = re.compile(
    r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|(?<!\w)['\u2018][^'\u2019\n]*['\u2019](?!\w)",
)
APOLOGY = re.compile(r"\b(?:sorry|apologi[sz]e|apologies|unfortunately|regret)\b", re.IGNORECASE)

I_AM = r"I(?:['\u2019]m| am)"
CANNOT = r"(?:can ?not|can['\u2019]?t|could not|couldn['\u2019]t|will not|won['\u2019]t|must not)"
DO_NOT = r"(?:do not|don['\u2019]t)"
UNABLE = r"(?:\w+ )?(?:unable|not able|not allowed|not permitted) to"
DECLINED = (
    r"(?:help(?! but\b)|assist|answer|comply|respond|reply|provide|offer|give you|tell you|do (?:that|this|so|it)|"
    r"fulfil|fulfill|discuss|continue with|engage|support (?:that|this)|create|write|generate|produce|share|complete|"
    r"participate|advise|recommend|say|talk about|go into|grant|process|access|browse|open|see|view|hear|watch)\b"
)
MACHINE = r"an? (?:AI|(?:large )?language model)(?: (?:language model|model|assistant|system|program))?"
PHRASES = (
    rf"{APOLOGY.pattern},?(?: but| that)?,? (?:I {CANNOT}|{I_AM} {UNABLE})\b",
    rf"\b(?:I {CANNOT}|{I_AM} {UNABLE})(?: \w+ly)? {DECLINED}",
    rf"\bI {CANNOT}\s*(?:[.!,;]|$)",
    r"\bI (?:must|have to|need to|will have to)(?: \w+ly)? (?:decline|refuse)\b|\bI (?:decline|refuse) to\b",
    rf"\bnot something (?:that )?(?:I|{I_AM}) (?:can|could|will|able to)\b",
    rf"\bI {DO_NOT} have (?:the |an? )?(?:ability|capability|access|permission)\b",
    r"\bagainst my (?:\w+ )?(?:guidelines|policy|policies|principles|programming|rules)\b",
    rf"\b(?:{I_AM} not|I {DO_NOT} feel) comfortable\b",
    rf"^(?:{I_AM} )?sorry,? (?:but )?no\b",
    rf"\bas {MACHINE},? (?:I (?:{CANNOT}|{DO_NOT}|have no)|{I_AM} {UNABLE})\b",
    rf"^{I_AM} (?:just |only )?{MACHINE}(?:,| and\b| so\b)[^.]*\b(?:no|not|cannot|\w+n['\u2019]t)\b",
)
REFUSALS = re.compile("|".join(PHRASES), re.IGNORECASE)


def refuses(text: str) -> bool:
    """Whether an answer begins by declining: its first sentence does, or, after a word of regret, its second.

    What it quotes is not its own, and an apology alone declines nothing.
    """
    sentences = [one for one in SENTENCE_END.split(QUOTED.sub("", text.strip()[:OPENING])) if one.strip()]
    begun = sentences[: 2 if sentences and APOLOGY.search(sentences[0]) else 1]
    return any(REFUSALS.search(sentence.strip()) for sentence in begun)
