"""Functions over text."""

from functools import partial

from experiments.starter.function_task import Task, task

TASKS: list[Task] = []
add = partial(task, TASKS)


@add("banana", "Sky", "AEIOU", "", "queueing")
def count_vowels(text: str) -> int:
    """Return how many vowels (a, e, i, o, u) the text has, in either case."""
    return sum(letter in "aeiou" for letter in text.lower())


@add("hello", "ab", "", "a", "stressed")
def reverse_text(text: str) -> str:
    """Return the text backwards."""
    return text[::-1]


@add("the cat sat", "one", "", "a b c d", "two  spaces here")
def count_words(text: str) -> int:
    """Return how many words, separated by white space, the text has."""
    return len(text.split())


@add("hello world", "x", "aBc dEf", "", "many small words")
def title_words(text: str) -> str:
    """Return the text with the first letter of every word, as separated by single spaces, in upper case."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


@add("portable network graphics", "as soon as possible", "one", "", "random access memory")
def acronym(text: str) -> str:
    """Return the first letters of all words, in upper case and joined."""
    return "".join(word[0].upper() for word in text.split())


@add("a1b22c", "no digits", "2024", "", "7 of 9")
def digits_only(text: str) -> str:
    """Return only the digits of the text, in order."""
    return "".join(letter for letter in text if letter.isdigit())


@add("a1b2", "99", "none", "", "3 plus 45")
def sum_of_digits_in_text(text: str) -> int:
    """Return the sum of all single digits that occur in the text, 0 if there are none."""
    return sum(int(letter) for letter in text if letter.isdigit())


@add("aabbb", "abc", "", "zzzz", "hello")
def squeeze_repeats(text: str) -> str:
    """Return the text with every run of the same letter replaced by one letter."""
    return "".join(a for i, a in enumerate(text) if i == 0 or text[i - 1] != a)


@add("aabccc", "abc", "", "zzzz", "aab")
def run_lengths(text: str) -> str:
    """Return every run of the same letter as the letter followed by the run's length: 'aab' gives 'a2b1'."""
    result, i = "", 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] == text[i]:
            j += 1
        result, i = result + text[i] + str(j - i), j
    return result


@add(("abc", 1), ("xyz", 2), ("", 5), ("Hello, Zoe", 3), ("abc", 26))
def shift_letters(text: str, by: int) -> str:
    """Return the text with each small letter a to z moved forward by that many places, z going on at a. Leave
    everything else.
    """
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if "a" <= c <= "z" else c for c in text)


@add(("banana", "a"), ("hello", "z"), ("", "q"), ("Mississippi", "s"), ("aaa", "a"))
def count_letter(text: str, letter: str) -> int:
    """Return how often the letter occurs in the text."""
    return text.count(letter)


@add(("banana", "a"), ("hello", "z"), ("xyz", "z"), ("", "a"), ("abcabc", "b"))
def positions_of(text: str, letter: str) -> list[int]:
    """Return the list of all positions, counted from 0, at which the letter stands."""
    return [i for i, c in enumerate(text) if c == letter]


@add("the quick brown fox", "a bb cc", "one", "tiny enormous word", "aa bb")
def longest_word(text: str) -> str:
    """Return the longest word of the text; of several equally long ones the first."""
    return max(text.split(), key=len)


@add("the quick brown fox", "one", "", "a bc", "to be or not")
def word_lengths(text: str) -> list[int]:
    """Return the list of the lengths of the words."""
    return [len(word) for word in text.split()]


@add("hello world again", "one", "", "a b", "keep calm carry on")
def reverse_words(text: str) -> str:
    """Return the words in reverse order, joined by single spaces."""
    return " ".join(text.split()[::-1])


@add("hello world", "abc", "", "ab cd", "keep calm")
def reverse_each_word(text: str) -> str:
    """Return the text with each word spelled backwards and the order of words unchanged."""
    return " ".join(word[::-1] for word in text.split(" "))


@add("Hello", "ABC", "", "a1B", "PyThOn")
def swap_case(text: str) -> str:
    """Return the text with capital letters small and small letters capital."""
    return text.swapcase()


@add("HelloWorld", "abc", "", "ABC", "One Two")
def count_capitals(text: str) -> int:
    """Return how many capital letters the text has."""
    return sum(c.isupper() for c in text)


@add("helloWorld", "abc", "oneTwoThree", "x", "myVarName")
def camel_to_snake(text: str) -> str:
    """Return a camelCase name in snake_case: 'oneTwo' gives 'one_two'."""
    return "".join("_" + c.lower() if c.isupper() else c for c in text)


@add("hello_world", "abc", "one_two_three", "x", "my_var_name")
def snake_to_camel(text: str) -> str:
    """Return a snake_case name in camelCase: 'one_two' gives 'oneTwo'."""
    first, *rest = text.split("_")
    return first + "".join(part.capitalize() for part in rest)


@add("banana", "abc", "", "hello", "mississippi")
def unique_letters(text: str) -> str:
    """Return each letter of the text once, in the order of its first appearance."""
    return "".join(dict.fromkeys(text))


@add("banana", "cab", "", "hello", "zyx")
def sort_letters(text: str) -> str:
    """Return the letters of the text in alphabetical order."""
    return "".join(sorted(text))


@add(("abcdef", 2), ("abc", 5), ("", 3), ("abcdefg", 3), ("xy", 1))
def split_into_chunks(text: str, size: int) -> list[str]:
    """Return the text cut into pieces of that size; the last may be shorter."""
    return [text[i : i + size] for i in range(0, len(text), size)]


@add(("abcdef", 3), ("hi", 5), ("hello world", 5), ("", 2), ("abc", 3))
def shorten(text: str, most: int) -> str:
    """Return the text if it has at most that many letters, else its first letters up to that number followed by
    '...'.
    """
    return text if len(text) <= most else text[:most] + "..."


@add("a-b-c", "no dashes", "-", "", "2024-01-31")
def dashes_to_spaces(text: str) -> str:
    """Return the text with every dash replaced by a space."""
    return text.replace("-", " ")


@add("hello world", "abc", "", "audio", "programming")
def remove_vowels(text: str) -> str:
    """Return the text without its small vowels a, e, i, o and u."""
    return "".join(c for c in text if c not in "aeiou")


@add("  a  b ", "abc", "", "   ", "one   two three")
def tidy_spaces(text: str) -> str:
    """Return the words of the text with exactly one space between them and none around."""
    return " ".join(text.split())


@add(("flower", "flow"), ("abc", "xyz"), ("", "a"), ("same", "same"), ("interest", "internet"))
def common_prefix(first: str, second: str) -> str:
    """Return the longest beginning that both texts share."""
    n = 0
    while n < min(len(first), len(second)) and first[n] == second[n]:
        n += 1
    return first[:n]


@add(("karolin", "kathrin"), ("abc", "abc"), ("", ""), ("ab", "ba"), ("1011", "1001"))
def different_places(first: str, second: str) -> int:
    """Return at how many places two texts of equal length differ."""
    return sum(a != b for a, b in zip(first, second, strict=True))


@add(("abc", "xyz"), ("ab", "1234"), ("", "xy"), ("hello", ""), ("ace", "bdf"))
def interleave_texts(first: str, second: str) -> str:
    """Return the letters of both texts by turns, beginning with the first; what is left of the longer one follows."""
    n = min(len(first), len(second))
    return "".join(a + b for a, b in zip(first[:n], second[:n], strict=True)) + first[n:] + second[n:]


@add("hello", "apple", "string", "a", "under")
def pig_latin(word: str) -> str:
    """Return a word that begins with a vowel with 'way' added; any other with its first letter moved to the end
    and 'ay' added.
    """
    return word + "way" if word[0] in "aeiou" else word[1:] + word[0] + "ay"


@add("abc", "a", "", "xyz", "hello")
def double_letters(text: str) -> str:
    """Return the text with each letter written twice."""
    return "".join(c * 2 for c in text)


@add("abcd", "abc", "", "a", "hello world")
def every_second_letter(text: str) -> str:
    """Return the first, third, fifth and so on letter of the text."""
    return text[::2]


@add("Anna", "Bob Smith", "x", "Ada Lovelace King", "john doe")
def initials(name: str) -> str:
    """Return the first letter of each part of the name in upper case, each followed by a dot: 'A.L.'."""
    return "".join(part[0].upper() + "." for part in name.split())


@add("photo.jpg", "archive.tar.gz", "README", ".hidden", "a.b")
def file_extension(name: str) -> str:
    """Return what follows the last dot of a file name, or an empty text if there is no dot."""
    return name.rpartition(".")[2] if "." in name else ""


@add("me@example.org", "a@b", "first.last@mail.net", "x@y.z", "info@site.com")
def mail_domain(address: str) -> str:
    """Return the part of a mail address after the @."""
    return address.split("@")[1]


@add("a=1;b=2", "x=9", "k=v;w=z", "one=1;two=2;three=3", "q=")
def option_names(text: str) -> list[str]:
    """Return the names in a text of options such as 'a=1;b=2': what stands before each equals sign."""
    return [part.split("=")[0] for part in text.split(";")]


@add("hello world hello", "a b c", "", "the the the", "to be or not to be")
def count_different_words(text: str) -> int:
    """Return how many different words the text has."""
    return len(set(text.split()))


@add(("hello", "*"), ("a", "-"), ("", "x"), ("hi there", "#"), ("abc", "="))
def frame(text: str, sign: str) -> str:
    """Return the text with the sign once before and once after it, and a space in between on both sides."""
    return f"{sign} {text} {sign}"


@add(("7", 3), ("42", 2), ("1234", 3), ("", 2), ("5", 1))
def pad_with_zeros(text: str, width: int) -> str:
    """Return the text with zeros put before it until it has that many letters; a longer one stays as it is."""
    return text.rjust(width, "0")


@add("1234567890123456", "12345", "1234", "abc", "987654")
def mask_all_but_four(text: str) -> str:
    """Return the text with all but its last four letters replaced by '*'."""
    return "*" * (len(text) - 4) + text[-4:] if len(text) > 4 else text


@add("abc", "hello", "", "zz", "az")
def alphabet_sum(text: str) -> int:
    """Return the sum of the letters' places in the alphabet, a being 1 and z 26. The text has small letters only."""
    return sum(ord(c) - 96 for c in text)


@add("one,two", "a", "x,y,z", "1, 2", "left,right,up,down")
def last_item_of_commas(text: str) -> str:
    """Return what follows the last comma, or the whole text if there is none."""
    return text.split(",")[-1]


@add("hello", "aabb", "abcabc", "z", "noon")
def first_single_letter(text: str) -> str:
    """Return the first letter that occurs exactly once in the text, or an empty text if there is none."""
    return next((c for c in text if text.count(c) == 1), "")
