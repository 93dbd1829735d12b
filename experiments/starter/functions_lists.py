"""Functions over lists."""

from functools import partial
from itertools import pairwise
from typing import Any

from experiments.starter.function_task import Task, task

TASKS: list[Task] = []
add = partial(task, TASKS)


@add([3, 1, 2], [5], [-1, -7], [0, 0, 4], [10, 20])
def spread(numbers: list[int]) -> int:
    """Return the greatest of the numbers minus the smallest."""
    return max(numbers) - min(numbers)


@add([1, 2, 3, 4], [5], [2, 4], [0, -1, -2], [])
def only_even(numbers: list[int]) -> list[int]:
    """Return the even ones of the numbers, in order."""
    return [n for n in numbers if n % 2 == 0]


@add([1, 2, 3], [], [-2, 5], [10], [0, 7])
def squares(numbers: list[int]) -> list[int]:
    """Return the list of the squares of the numbers."""
    return [n * n for n in numbers]


@add([3, 1, 3, 2, 1], [], ["b", "a", "b"], [5, 5, 5], [1, 2])
def without_doubles(items: list[Any]) -> list[Any]:
    """Return the items with each one kept at its first place only."""
    return list(dict.fromkeys(items))


@add([4, 1, 7, 3], [2, 9], [5, 5, 1], [-1, -3, -2], [10, 20, 30, 40])
def second_largest(numbers: list[int]) -> int:
    """Return the greatest number that is smaller than the greatest one."""
    return sorted(set(numbers))[-2]


@add([1, 2, 3], [5], [2, 4, 9], [-1, 1], [10, 0])
def average(numbers: list[int]) -> float:
    """Return the mean of the numbers as a float."""
    return sum(numbers) / len(numbers)


@add([3, 1, 2], [4, 1, 3, 2], [5], [7, 7, 1], [10, 2])
def median(numbers: list[int]) -> float:
    """Return the middle of the sorted numbers as a float; of an even count the mean of the two middle ones."""
    row, n = sorted(numbers), len(numbers)
    return float(row[n // 2]) if n % 2 else (row[n // 2 - 1] + row[n // 2]) / 2


@add([1, 2, 2, 3], ["a"], [4, 4, 1, 1, 4], ["x", "y", "y"], [9, 8, 8])
def most_common(items: list[Any]) -> Any:
    """Return the item that occurs most often."""
    return max(items, key=items.count)


@add([1, 2, 3], [], [5], [1, -1, 4], [10, 10])
def running_sums(numbers: list[int]) -> list[int]:
    """Return the list whose places hold the sum of all numbers up to there."""
    return [sum(numbers[: i + 1]) for i in range(len(numbers))]


@add([1, 4, 9], [5], [3, 1], [2, 2, 2], [10, 7, 12])
def differences(numbers: list[int]) -> list[int]:
    """Return the list of each number minus the one before it; it is one shorter than the numbers."""
    return [b - a for a, b in pairwise(numbers)]


@add(([1, 2, 3, 4], 1), ([1, 2, 3], 0), ([], 2), ([1, 2, 3], 5), (["a", "b", "c"], 2))
def rotate_left(items: list[Any], by: int) -> list[Any]:
    """Return the items moved to the left by that many places; what falls out at the front comes back at the end."""
    if not items:
        return []
    k = by % len(items)
    return items[k:] + items[:k]


@add(([1, 2, 3, 4, 5], 2), ([1, 2], 3), ([], 1), ([1, 2, 3], 1), (["a", "b", "c", "d"], 2))
def in_groups(items: list[Any], size: int) -> list[list[Any]]:
    """Return the items in lists of that size; the last may be shorter."""
    return [items[i : i + size] for i in range(0, len(items), size)]


@add([[1, 2], [3]], [], [[], [4]], [["a"], ["b", "c"]], [[1], [2], [3]])
def flatten_once(lists: list[list[Any]]) -> list[Any]:
    """Return all items of the inner lists in one list."""
    return [item for inner in lists for item in inner]


@add([[1, 2], [3, 4]], [[5]], [[1, 2, 3], [4, 5, 6]], [[1], [2]], [["a", "b"], ["c", "d"]])
def transpose(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the table with rows and columns exchanged, as a list of lists."""
    return [list(column) for column in zip(*rows, strict=True)]


@add(([1, 2, 3], [4, 5, 6]), ([1], [1]), ([], []), ([0, 2], [5, 5]), ([-1, 1], [3, 3]))
def dot_product(first: list[int], second: list[int]) -> int:
    """Return the sum of the products of numbers at the same place."""
    return sum(a * b for a, b in zip(first, second, strict=True))


@add(([1, 2, 3], [2, 3, 4]), ([1], [2]), ([], [1]), ([3, 1, 3], [3]), ([5, 6], [6, 5]))
def in_both(first: list[int], second: list[int]) -> list[int]:
    """Return the different numbers that stand in both lists, smallest first."""
    return sorted(set(first) & set(second))


@add(([1, 2, 3], [2]), ([1, 1], [2]), ([], [1]), ([4, 5], [5, 4]), ([7, 8, 7], [8]))
def not_in_second(first: list[int], second: list[int]) -> list[int]:
    """Return the items of the first list that do not stand in the second, in order."""
    return [n for n in first if n not in second]


@add(([1, 3], [2, 4]), ([], [1]), ([5], []), ([1, 1], [1]), ([0, 9], [3, 4, 10]))
def merge_sorted(first: list[int], second: list[int]) -> list[int]:
    """Return all numbers of two sorted lists in one sorted list."""
    return sorted(first + second)


@add(([1, 2, 3], 5), ([4, 4], 8), ([1, 2], 9), ([], 3), ([5, -5, 2], 0))
def pair_with_sum(numbers: list[int], total: int) -> bool:
    """Return True if two numbers at different places add up to the total, else False."""
    return any(a + b == total for i, a in enumerate(numbers) for b in numbers[i + 1 :])


@add([2, -1, 3], [-5, -2], [1, 2, 3], [4, -10, 5], [-1, 6, -2, 7])
def best_run_sum(numbers: list[int]) -> int:
    """Return the greatest sum of neighbouring numbers, at least one of them."""
    return max(sum(numbers[i:j]) for i in range(len(numbers)) for j in range(i + 1, len(numbers) + 1))


@add([1, 2, 2, 3], [5, 1], [], [1, 3, 2, 4], [7, 8, 9])
def longest_rise(numbers: list[int]) -> int:
    """Return the length of the longest run of neighbours in which each number is greater than the one before."""
    best = run = 0
    for i, n in enumerate(numbers):
        run = run + 1 if i and n > numbers[i - 1] else 1
        best = max(best, run)
    return best


@add([0, 1, 0, 3], [], [0, 0], [1, 2], [5, 0, 6, 0])
def zeros_to_end(numbers: list[int]) -> list[int]:
    """Return the numbers with all zeros moved to the end and the rest in order."""
    return [n for n in numbers if n] + [n for n in numbers if not n]


@add(([5, 3, 8], 2), ([1], 1), ([4, 4, 2], 2), ([9, 7, 8, 1], 3), ([2, 1], 0))
def smallest_few(numbers: list[int], count: int) -> list[int]:
    """Return so many of the smallest numbers, smallest first."""
    return sorted(numbers)[:count]


@add(["bb", "a", "ccc"], [], ["x"], ["dd", "cc", "b"], ["hello", "hi", "hey"])
def sort_by_length(words: list[str]) -> list[str]:
    """Return the words from the shortest to the longest; equally long ones stay in order."""
    return sorted(words, key=len)


@add(["Bob", "anna"], [], ["x", "A"], ["delta", "Alpha", "charlie"], ["b", "B", "a"])
def sort_ignoring_case(words: list[str]) -> list[str]:
    """Return the words in alphabetical order, capital and small letters counting alike."""
    return sorted(words, key=str.lower)


@add(["a", "b", "c"], ["x"], [], ["one", "two"], ["p", "q", "r", "s"])
def join_with_and(words: list[str]) -> str:
    """Return the words joined by commas, the last by ' and ': 'a, b and c'. A single word stays as it is."""
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


@add([3, 7, 1], [5], [9, 2, 9], [-4, -1], [0, 0, 1])
def place_of_largest(numbers: list[int]) -> int:
    """Return the position, counted from 0, of the first greatest number."""
    return numbers.index(max(numbers))


@add(([1, 2, 1, 1], 1), (["a"], "b"), ([], 3), (["x", "y", "x"], "x"), ([0, 0], 0))
def count_item(items: list[Any], wanted: Any) -> int:
    """Return how often an item stands in the list."""
    return sum(item == wanted for item in items)


@add(([1, 2, 3], 2), (["a", "b"], "z"), ([], 1), ([4, 4, 5], 4), (["x"], "x"))
def remove_all(items: list[Any], unwanted: Any) -> list[Any]:
    """Return the items without any that equals the unwanted one."""
    return [item for item in items if item != unwanted]


@add([1, 2, 3, 4], [5], [], ["a", "b", "c"], [9, 8])
def swap_neighbours(items: list[Any]) -> list[Any]:
    """Return the items with the first and second, the third and fourth and so on exchanged; a last one left alone
    stays.
    """
    made = list(items)
    for i in range(0, len(made) - 1, 2):
        made[i], made[i + 1] = made[i + 1], made[i]
    return made


@add([1, 2, 3], [], ["a"], [5, 6], [7, 8, 9, 10])
def mirrored(items: list[Any]) -> list[Any]:
    """Return the items followed by the same items backwards."""
    return items + items[::-1]


@add([1, 2, 3, 4, 5], [7], [1, 2], ["a", "b", "c"], [3, 4, 5, 6])
def without_ends(items: list[Any]) -> list[Any]:
    """Return the items without the first and the last."""
    return items[1:-1]


@add([1, -2, 3], [-1, -1], [], [5], [0, -7, 2])
def sum_of_positive(numbers: list[int]) -> int:
    """Return the sum of the numbers that are greater than 0."""
    return sum(n for n in numbers if n > 0)


@add([1, 2, 4], [3, 5, 6, 2, 1], [2], [1], [1, 2, 3, 5])
def missing_number(numbers: list[int]) -> int:
    """Return the one number from 1 to n + 1 that is missing among n different ones."""
    return next(n for n in range(1, len(numbers) + 2) if n not in numbers)


@add([1, 2, 3, 1], [5, 5], [1, 2], [], [4, 3, 4, 3])
def repeated_items(numbers: list[int]) -> list[int]:
    """Return the different numbers that occur more than once, smallest first."""
    return sorted({n for n in numbers if numbers.count(n) > 1})


@add([3, 5, 2], [1], [10, 10, 9], [7, 1, 8], [4, 6])
def ranks(numbers: list[int]) -> list[int]:
    """Return for each number how many of the numbers are greater, plus 1: the greatest has rank 1."""
    return [1 + sum(other > n for other in numbers) for n in numbers]


@add([1, 1, 2, 2, 2], [], ["a"], ["x", "x", "y"], [3, 4, 3])
def group_runs(items: list[Any]) -> list[list[Any]]:
    """Return the items as lists of equal neighbours."""
    made: list[list[Any]] = []
    for item in items:
        if made and made[-1][0] == item:
            made[-1].append(item)
        else:
            made.append([item])
    return made


@add([4, 2, 3], [1], [], [6, 5], [2, 2, 8])
def product_of_all(numbers: list[int]) -> int:
    """Return the product of the numbers, 1 for an empty list."""
    result = 1
    for n in numbers:
        result *= n
    return result


@add(([1, 2, 3, 4], 3), ([5], 9), ([], 0), ([7, 8, 9], 8), ([1, 1, 1], 1))
def count_below(numbers: list[int], bound: int) -> int:
    """Return how many of the numbers are smaller than the bound."""
    return sum(n < bound for n in numbers)


@add(([10, 20, 30], 22), ([1, 9], 4), ([5], 100), ([-3, 3, 8], 5), ([2, 4], 4))
def nearest_to(numbers: list[int], wanted: int) -> int:
    """Return the number that is nearest to the wanted one."""
    return min(numbers, key=lambda n: abs(n - wanted))


@add(([1, 2], ["a", "b"]), ([], []), ([3], ["x"]), ([True, False], [0, 1]), ([9, 8, 7], [1, 2, 3]))
def as_pairs(first: list[Any], second: list[Any]) -> list[tuple[Any, Any]]:
    """Return the list of tuples of the items at the same place of both lists."""
    return list(zip(first, second, strict=True))


@add([1, 2, 3, 4, 5], [1, 2], [7], [], [9, 8, 7, 6])
def halves(items: list[Any]) -> list[list[Any]]:
    """Return a list of the first half of the items and the second; of an odd count the first half is one longer."""
    cut = (len(items) + 1) // 2
    return [items[:cut], items[cut:]]


@add([5, 1, 4], [2, 2], [], [9, 7, 8, 1], [3])
def largest_first(numbers: list[int]) -> list[int]:
    """Return the numbers from the greatest to the smallest."""
    return sorted(numbers, reverse=True)


@add(["1", "22", "x3"], [], ["7"], ["a", "b"], ["10", "-5", "6"])
def whole_numbers_of(words: list[str]) -> list[int]:
    """Return as numbers those texts that consist of digits only."""
    return [int(word) for word in words if word.isdigit()]
