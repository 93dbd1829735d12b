"""What a warm model has computed already, for as long as it stays warm."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from torch import Tensor

from tasks.policies.loading import LoadedModel

V = TypeVar("V")
MOST_BYTES = 512 << 20
MOST_CALLS = 64


class Remembered(Generic[V]):
    """Values by key; beyond `most`, by the cost of each, the least recently used are forgotten."""

    def __init__(self, most: int, cost: Callable[[V], int]) -> None:
        self.most, self.cost, self.held = most, cost, 0
        self._values: OrderedDict[str, V] = OrderedDict()

    def get(self, key: str, make: Callable[[], V]) -> V:
        """The value of a key, made when it is not there."""
        if key not in self._values:
            made = make()
            self._values[key] = made
            self.held += self.cost(made)
            while self.held > self.most and len(self._values) > 1:
                self.held -= self.cost(self._values.popitem(last=False)[1])
        self._values.move_to_end(key)
        return self._values[key]


Choices = list[tuple[float, ...]]
_vectors: WeakKeyDictionary[LoadedModel, Remembered[Tensor]] = WeakKeyDictionary()
_choices: WeakKeyDictionary[LoadedModel, Remembered[Choices]] = WeakKeyDictionary()


def vectors_of(loaded: LoadedModel) -> Remembered[Tensor]:
    """The features that a model has given, up to half a gigabyte."""
    return _vectors.setdefault(loaded, Remembered(MOST_BYTES, lambda vector: vector.nbytes))


def choices_of(loaded: LoadedModel) -> Remembered[Choices]:
    """The last whole calls of `choose`: the same prompts together give the same bits."""
    return _choices.setdefault(loaded, Remembered(MOST_CALLS, lambda _: 1))
