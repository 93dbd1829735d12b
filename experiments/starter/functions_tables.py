"""Functions over dictionaries, pairs and small tables."""

from functools import partial
from typing import Any

from experiments.starter.function_task import Task, task

TASKS: list[Task] = []
add = partial(task, TASKS)


@add("banana", "abc", "", "aA", "hello")
def letter_counts(text: str) -> dict[str, int]:
    """Return a dictionary from each letter of the text to how often it occurs."""
    return {c: text.count(c) for c in text}


@add(["a", "b", "a"], [], ["x"], ["on", "off", "on", "on"], ["1", "2"])
def item_counts(items: list[str]) -> dict[str, int]:
    """Return a dictionary from each item to how often it stands in the list."""
    return {item: items.count(item) for item in items}


@add({"a": 1, "b": 2}, {}, {"x": 9}, {"one": "1", "two": "2"}, {"p": 0, "q": 5})
def swap_keys_and_values(table: dict[str, Any]) -> dict[Any, str]:
    """Return the dictionary with keys and values exchanged; all values are different."""
    return {value: key for key, value in table.items()}


@add(({"a": 1}, {"b": 2}), ({"a": 1}, {"a": 5}), ({}, {}), ({"x": 1, "y": 2}, {"y": 3}), ({}, {"k": 1}))
def merge_tables(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Return one dictionary with the entries of both; where both have a key the second one's value counts."""
    return {**first, **second}


@add(({"a": 1}, {"b": 2}), ({"a": 1}, {"a": 5}), ({}, {}), ({"x": 1, "y": 2}, {"y": 3}), ({"k": 4}, {}))
def add_tables(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    """Return one dictionary with the keys of both; where both have a key the values are added."""
    return {key: first.get(key, 0) + second.get(key, 0) for key in {**first, **second}}


@add({"a": 3, "b": 5}, {"x": 1}, {"p": -2, "q": -7}, {"one": 1, "two": 2, "three": 3}, {"k": 0, "l": 9})
def key_of_largest(table: dict[str, int]) -> str:
    """Return the key with the greatest value."""
    return max(table, key=lambda key: table[key])


@add({"a": 3, "b": 5}, {}, {"x": 1}, {"p": -2, "q": 2}, {"k": 10, "l": 20, "m": 30})
def sum_of_values(table: dict[str, int]) -> int:
    """Return the sum of all values of the dictionary."""
    return sum(table.values())


@add(({"a": 1, "b": 5}, 3), ({}, 0), ({"x": 9}, 9), ({"p": 4, "q": 6}, 1), ({"k": 2}, 7))
def keys_above(table: dict[str, int], bound: int) -> list[str]:
    """Return the keys whose value is greater than the bound, in alphabetical order."""
    return sorted(key for key, value in table.items() if value > bound)


@add({"b": 1, "a": 2}, {}, {"x": 0}, {"z": 1, "m": 1}, {"two": 2, "one": 1})
def sorted_keys(table: dict[str, int]) -> list[str]:
    """Return the keys of the dictionary in alphabetical order."""
    return sorted(table)


@add({"b": 1, "a": 2}, {}, {"x": 0}, {"z": 3, "m": 1}, {"k": 5, "l": 4, "j": 6})
def keys_by_value(table: dict[str, int]) -> list[str]:
    """Return the keys from the one with the smallest value to the one with the greatest."""
    return sorted(table, key=lambda key: table[key])


@add([("a", 1), ("b", 2)], [], [("x", 0)], [("k", 1), ("k", 2)], [("p", 5), ("q", 6), ("r", 7)])
def table_of_pairs(pairs: list[tuple[str, int]]) -> dict[str, int]:
    """Return a dictionary of the pairs of key and value; a later pair with the same key wins."""
    return dict(pairs)


@add({"a": 1, "b": 2}, {}, {"x": 0}, {"k": 9, "c": 3}, {"m": -1})
def pairs_of_table(table: dict[str, int]) -> list[tuple[str, int]]:
    """Return the list of (key, value) tuples of the dictionary, in alphabetical order of the keys."""
    return sorted(table.items())


@add(["one", "two", "six", "a"], [], ["x"], ["hi", "yo", "hey"], ["dog", "horse", "cat"])
def group_by_length(words: list[str]) -> dict[int, list[str]]:
    """Return a dictionary from each length to the list of words of that length, in order."""
    return {len(word): [other for other in words if len(other) == len(word)] for word in words}


@add(["apple", "avocado", "beet"], [], ["x"], ["cat", "dog", "cow"], ["one", "two", "three"])
def group_by_first_letter(words: list[str]) -> dict[str, list[str]]:
    """Return a dictionary from each first letter to the list of words that begin with it, in order."""
    return {word[0]: [other for other in words if other[0] == word[0]] for word in words}


@add([1, 2, 3, 4], [], [5], [2, 4], [7, 7, 8])
def split_even_odd(numbers: list[int]) -> dict[str, list[int]]:
    """Return a dictionary with the keys 'even' and 'odd' and the lists of such numbers."""
    return {"even": [n for n in numbers if n % 2 == 0], "odd": [n for n in numbers if n % 2]}


@add(({"a": 1}, "a"), ({"a": 1}, "b"), ({}, "x"), ({"k": 0}, "k"), ({"p": 5, "q": 6}, "q"))
def value_or_zero(table: dict[str, int], key: str) -> int:
    """Return the value of a key, or 0 if the dictionary does not have it."""
    return table.get(key, 0)


@add(({"a": 1, "b": 2}, "a"), ({"a": 1}, "z"), ({}, "x"), ({"k": 0, "l": 1}, "l"), ({"p": 5}, "p"))
def without_key(table: dict[str, int], key: str) -> dict[str, int]:
    """Return the dictionary without that key, if it has it."""
    return {name: value for name, value in table.items() if name != key}


@add({"a": 1, "b": 2}, {}, {"x": 0}, {"k": -3}, {"p": 10, "q": 5})
def double_values(table: dict[str, int]) -> dict[str, int]:
    """Return a dictionary with the same keys and twice the values."""
    return {key: 2 * value for key, value in table.items()}


@add({"A": 1, "b": 2}, {}, {"XY": 0}, {"Key": 5}, {"one": 1, "TWO": 2})
def lower_keys(table: dict[str, int]) -> dict[str, int]:
    """Return the dictionary with all keys in small letters."""
    return {key.lower(): value for key, value in table.items()}


@add((["a", "b"], [1, 2]), ([], []), (["x"], [9]), (["k", "l"], ["m", "n"]), (["p", "q", "r"], [3, 2, 1]))
def zip_to_table(keys: list[str], values: list[Any]) -> dict[str, Any]:
    """Return a dictionary from each key to the value at the same place."""
    return dict(zip(keys, values, strict=True))


@add(["a", "b", "c"], [], ["x"], ["on", "off"], ["p", "q", "r", "s"])
def place_of_each(items: list[str]) -> dict[str, int]:
    """Return a dictionary from each of the different items to its position, counted from 0."""
    return {item: i for i, item in enumerate(items)}


@add({"a": 1, "b": 1, "c": 2}, {}, {"x": 5}, {"p": 0, "q": 0}, {"k": 3, "l": 4})
def count_different_values(table: dict[str, int]) -> int:
    """Return how many different values the dictionary has."""
    return len(set(table.values()))


@add(
    [("a", 3), ("b", 1)],
    [("x", 0)],
    [("p", 2), ("q", 2), ("r", 1)],
    [("k", -1), ("l", -5)],
    [("m", 9), ("n", 8)],
)
def sort_by_second(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the pairs from the smallest second part to the greatest; equal ones stay in order."""
    return sorted(pairs, key=lambda pair: pair[1])


@add([(1, 2), (3, 4)], [], [(5, 5)], [(0, 9), (-1, 1)], [(7, 8), (8, 7)])
def swap_pairs(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs with the two parts of each exchanged."""
    return [(b, a) for a, b in pairs]


@add([(1, 2), (3, 4)], [], [(5, 5)], [(0, 9), (-1, 1)], [(7, 8), (8, 7), (1, 1)])
def sum_of_products(pairs: list[tuple[int, int]]) -> int:
    """Return the sum of the products of the pairs."""
    return sum(a * b for a, b in pairs)


@add([{"name": "Ann", "age": 30}], [], [{"name": "Bo", "age": 1}, {"name": "Cy", "age": 2}], [{"name": "X"}],
     [{"name": "P", "age": 9}, {"name": "Q", "age": 8}])  # fmt: skip
def names_of(people: list[dict[str, Any]]) -> list[str]:
    """Return the value of 'name' of each dictionary in the list."""
    return [person["name"] for person in people]


@add([{"name": "Ann", "age": 30}, {"name": "Bo", "age": 41}], [{"name": "X", "age": 1}],
     [{"name": "P", "age": 9}, {"name": "Q", "age": 8}], [{"name": "A", "age": 5}, {"name": "B", "age": 6}],
     [{"name": "K", "age": 70}, {"name": "L", "age": 7}, {"name": "M", "age": 17}])  # fmt: skip
def oldest(people: list[dict[str, Any]]) -> str:
    """Return the name of the person with the greatest age; each dictionary has 'name' and 'age'."""
    return str(max(people, key=lambda person: person["age"])["name"])


@add(([{"kind": "a", "n": 1}, {"kind": "b", "n": 2}], "a"), ([], "a"), ([{"kind": "x", "n": 5}], "y"),
     ([{"kind": "a", "n": 1}, {"kind": "a", "n": 4}], "a"), ([{"kind": "q", "n": 0}], "q"))  # fmt: skip
def total_of_kind(rows: list[dict[str, Any]], kind: str) -> int:
    """Return the sum of 'n' over the rows whose 'kind' is the given one."""
    return sum(row["n"] for row in rows if row["kind"] == kind)


@add("a=1,b=2", "x=9", "one=1,two=2,three=3", "k=", "p=q")
def parse_options(text: str) -> dict[str, str]:
    """Return a dictionary of a text such as 'a=1,b=2', values as text."""
    return dict(part.split("=") for part in text.split(","))


@add({"a": 1, "b": 2}, {"x": 0}, {}, {"one": 1}, {"p": 3, "q": 4, "r": 5})
def format_options(table: dict[str, int]) -> str:
    """Return the entries as 'key=value', joined by '&', in alphabetical order of the keys."""
    return "&".join(f"{key}={table[key]}" for key in sorted(table))


@add({"a": {"b": 1}}, {}, {"x": {"y": 2, "z": 3}}, {"p": {}}, {"k": {"l": 1}, "m": {"n": 2}})
def flatten_table(table: dict[str, dict[str, int]]) -> dict[str, int]:
    """Return one dictionary of the inner entries, with keys such as 'outer.inner'."""
    return {f"{outer}.{inner}": value for outer, held in table.items() for inner, value in held.items()}


@add([[1, 2], [3, 4]], [[5]], [[0, 0]], [[1], [2], [3]], [[-1, 1], [2, -2]])
def row_sums(rows: list[list[int]]) -> list[int]:
    """Return the list of the sums of the rows."""
    return [sum(row) for row in rows]


@add([[1, 2], [3, 4]], [[5]], [[0, 7]], [[1], [2], [3]], [[-1, 1], [2, -2]])
def column_sums(rows: list[list[int]]) -> list[int]:
    """Return the list of the sums of the columns; all rows are equally long."""
    return [sum(column) for column in zip(*rows, strict=True)]


@add([[1, 2], [3, 4]], [[5]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[2, 9], [9, 3]], [[0, 1], [1, 0]])
def diagonal_sum(rows: list[list[int]]) -> int:
    """Return the sum of the numbers on the diagonal from the upper left of a square table."""
    return sum(rows[i][i] for i in range(len(rows)))


@add([[1, 2], [3, 4]], [[5]], [[1, 2, 3]], [[1], [2]], [["a", "b"], ["c", "d"]])
def turn_right(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the table turned by a quarter to the right, as a list of lists."""
    return [list(column) for column in zip(*rows[::-1], strict=True)]


@add((2, 3), (1, 1), (3, 0), (0, 2), (2, 1))
def zero_table(rows: int, columns: int) -> list[list[int]]:
    """Return a table of zeros as a list of so many rows with so many columns."""
    return [[0] * columns for _ in range(rows)]


@add(3, 1, 2, 0, 4)
def times_table(n: int) -> list[list[int]]:
    """Return the table whose row i and column j, both counted from 1 to n, hold i times j."""
    return [[i * j for j in range(1, n + 1)] for i in range(1, n + 1)]


@add(([[1, 2], [3, 4]], 3), ([[5]], 9), ([[0, 0], [0, 1]], 1), ([[7, 8]], 8), ([[2], [4]], 4))
def find_in_table(rows: list[list[int]], wanted: int) -> Any:
    """Return the tuple (row, column), counted from 0, at which the number first stands, or None if it does not."""
    places = [(i, j) for i, row in enumerate(rows) for j, n in enumerate(row) if n == wanted]
    return places[0] if places else None


@add([3, 1, 2], [5], [-1, 4], [2, 2], [10, 0, 5])
def summary(numbers: list[int]) -> dict[str, int]:
    """Return a dictionary with 'min', 'max' and 'sum' of the numbers."""
    return {"min": min(numbers), "max": max(numbers), "sum": sum(numbers)}


@add((["a", "b", "a"], 1), ([], 2), (["x"], 1), (["p", "p", "q", "q", "p"], 2), (["k", "l", "l"], 1))
def top_items(items: list[str], count: int) -> list[str]:
    """Return so many of the commonest items, the commonest first; equally common ones in alphabetical order."""
    return sorted(set(items), key=lambda item: (-items.count(item), item))[:count]


@add(({"a": 2, "b": 1}, {"a": 3, "b": 5}), ({}, {"a": 1}), ({"x": 4}, {"x": 2}), ({"p": 1, "q": 1}, {"p": 1, "q": 2}),
     ({"k": 0}, {"k": 9}))  # fmt: skip
def cart_total(amounts: dict[str, int], prices: dict[str, int]) -> int:
    """Return what a cart costs: amount times price, summed over all things in it."""
    return sum(amount * prices[name] for name, amount in amounts.items())


@add(
    ({"a": 1, "b": 2}, {"a": 1, "b": 3}),
    ({}, {}),
    ({"x": 1}, {"x": 1}),
    ({"p": 1}, {"q": 1}),
    ({"k": 5}, {"k": 6}),
)
def changed_keys(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return in alphabetical order the keys that both have with different values."""
    return sorted(key for key in before if key in after and before[key] != after[key])


@add([("Ann", "Bo"), ("Bo", "Cy")], [("A", "B")], [("x", "y"), ("x", "z")], [], [("p", "q"), ("q", "p")])
def neighbours(links: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return a dictionary from the first name of each link to the list of the second names, in order."""
    made: dict[str, list[str]] = {}
    for first, second in links:
        made.setdefault(first, []).append(second)
    return made


@add(("a", "b"), ("x", "x"), ("hi", ""), ("one", "two"), ("p", "q"))
def pair_both_ways(first: str, second: str) -> list[tuple[str, str]]:
    """Return the list of the two tuples (first, second) and (second, first)."""
    return [(first, second), (second, first)]
