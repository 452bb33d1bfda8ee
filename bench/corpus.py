"""A corpus of any size for measuring: invented documents of many kinds, no two alike, the same for the same seed.

    python bench/corpus.py FOLDER [--megabytes 50] [--seed 1] [--per-folder 1000]

Letters, news, minutes, resolutions, lists, tables and web pages are put together from templates whose slots hold
names, numbers, dates and sums, and words made of syllables, which no dictionary or memory knows. Three in four
documents are UTF-8; the others are Windows-1250, ISO-8859-2, UTF-16 or UTF-8 with a mark, and some are UTF-8 that
was read as Windows-1250 once. Some have lines wrapped and divided, hard spaces, or line ends of Windows.

About one sentence in four holds something to extract. Document N depends
on the seed and N alone, so that a larger corpus begins with the smaller one.
"""

import argparse
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip
MONTHS_IN = (
    "styczniu", "lutym", "marcu", "kwietniu", "maju", "czerwcu",
    "lipcu", "sierpniu", "wrześniu", "październiku", "listopadzie", "grudniu",
)  # fmt: skip
LISTS: dict[str, tuple[str, ...]] = {
    name: tuple(word.strip() for word in words.split(";"))
    for name, words in {
        "official": "Wójt;Burmistrz;Starosta;Prezydent Miasta;Skarbnik;Sekretarz;Przewodnicząca Rady;Marszałek;Dyrektor;Prezes Zarządu;Kierowniczka projektu;Pełnomocnik",
        "theme": "gospodarki odpadami;transportu zbiorowego;ochrony powietrza;edukacji przedszkolnej;turystyki rowerowej;opieki nad seniorami;melioracji;gospodarki wodno-ściekowej;termomodernizacji szkół;cyfryzacji urzędów;rewitalizacji śródmieścia;ładu przestrzennego;retencji wód;promocji produktów regionalnych;doradztwa zawodowego;utrzymania dróg;oświetlenia ulicznego;zieleni miejskiej;kultury i sportu;rynku pracy",
        "thing": "droga;oczyszczalnia;świetlica;ścieżka;biblioteka;hala sportowa;przystań;sala gimnastyczna;kładka;targowisko;remiza;przychodnia;stołówka;pracownia;wypożyczalnia;strzelnica;tężnia;scena;pętla autobusowa;farma fotowoltaiczna",
        "things": "dróg;oczyszczalni;świetlic;ścieżek;bibliotek;przystanków;sal lekcyjnych;kładek;targowisk;remiz;przychodni;stołówek;pracowni;wypożyczalni;tężni;kanałów;zbiorników;parkingów;latarni;przedszkoli",
        "people": "mieszkańcy;radni;sołtysi;uczniowie;przedsiębiorcy;rolnicy;seniorzy;wolontariusze;strażacy;urzędnicy;nauczyciele;rodzice;eksperci;partnerzy społeczni;projektanci;leśnicy",
        "verb": "omówili;zaopiniowali;przyjęli;odrzucili;skonsultowali;zaplanowali;opisali;sprawdzili;uzgodnili;poprawili;porównali;ocenili;uzupełnili;przeanalizowali",
        "object": "projekt regulaminu;założenia strategii;wyniki ankiety;listę zadań;harmonogram prac;kartę oceny;zasady rekrutacji;wstępną koncepcję;opis stanowiska;plan komunikacji;uwagi do protokołu;warunki dzierżawy;mapę zagrożeń;sposób rozliczeń;wzór umowy;zakres robót",
        "adverb": "wspólnie;jednogłośnie;bez uwag;po dłuższej rozmowie;w skróconym trybie;ponownie;warunkowo;na wniosek komisji;w trybie obiegowym;większością głosów;zgodnie z zapowiedzią;mimo zastrzeżeń",
        "reason": "ponieważ poprzednie ustalenia straciły ważność;gdyż sieć wymaga gruntownego remontu;bo zainteresowanie przerosło oczekiwania;choć nie wszystkie uwagi zostały uwzględnione;aby uniknąć powtórnych kosztów;co pozwoli lepiej wykorzystać istniejącą bazę;zanim ruszą właściwe prace w terenie;tak aby nikt nie został pominięty;o ile pozwolą na to warunki pogodowe;dzięki czemu skrócił się czas oczekiwania",
        "county": "kłodzki;bytowski;wałbrzyski;opolski;pilski;ełcki;sanocki;żywiecki;nyski;chojnicki;tarnowski;świdnicki;gnieźnieński;koniński;włocławski;łomżyński",
        "town": "Kłodzko;Bytów;Wałbrzych;Opole;Piła;Ełk;Sanok;Żywiec;Nysa;Chojnice;Tarnów;Świdnica;Gniezno;Konin;Włocławek;Łomża;Zamość;Krosno;Leszno;Suwałki",
        "town_in": "Kłodzku;Bytowie;Wałbrzychu;Opolu;Pile;Ełku;Sanoku;Żywcu;Nysie;Chojnicach;Tarnowie;Świdnicy;Gnieźnie;Koninie;Włocławku;Łomży;Zamościu;Krośnie;Lesznie;Suwałkach",
        "body": "Stowarzyszenie Gmin Nadrzecznych;Fundacja Wspólna Droga;Związek Miast Górskich;Urząd Marszałkowski Województwa Opolskiego;Ministerstwo Rozwoju Regionalnego;Lokalna Grupa Działania „Zielony Szlak”;Politechnika Opolska;Europejski Fundusz Rozwoju Regionalnego;Wojewódzki Fundusz Ochrony Środowiska;Powiatowy Urząd Pracy;Izba Rzemieślnicza;Regionalna Izba Obrachunkowa w Łodzi;Instytut Rozwoju Wsi;Bank Spółdzielczy;Ochotnicza Straż Pożarna;Zakład Gospodarki Komunalnej",
        "body_gen": "Stowarzyszenia Gmin Nadrzecznych;Fundacji Wspólna Droga;Związku Miast Górskich;Urzędu Marszałkowskiego Województwa Opolskiego;Ministerstwa Rozwoju Regionalnego;Lokalnej Grupy Działania „Zielony Szlak”;Politechniki Opolskiej;Europejskiego Funduszu Rozwoju Regionalnego;Powiatowego Urzędu Pracy;Regionalnej Izby Obrachunkowej w Łodzi;Zarządu Dróg Powiatowych;Rady Miejskiej w Nysie",
        "acronym": "ZMG;WFOŚ;PUP;RIO;LGD;EFRR;SGN;ZGK;OSP;PO",
        "first": "Anna;Jan;Maria;Piotr;Ewa;Tomasz;Zofia;Marek;Hanna;Adam;Irena;Paweł;Alicja;Leszek",
        "counted": "gmin;powiatów;samorządów;partnerów;stowarzyszeń;organizacji;miast;członków;podmiotów;związków",
        "word_number": "dwóch;trzech;czterech;pięciu;sześciu;siedmiu;ośmiu;dziewięciu;dziesięciu;dwunastu;piętnastu;dwudziestu;kilku;kilkunastu",
        "currency": "zł;zł;zł;złotych;PLN;euro;EUR;NOK",
        "label": "Koszty projektu;Termin realizacji;Liczba partnerów;Lider;Miejsce;Dofinansowanie;Wkład własny;Osoba do kontaktu;Cel;Rezultaty",
    }.items()
}
PLAIN = (
    "{people} {verb} {object}, {reason}.",
    "W sprawie {theme} {people} {verb} {adverb} {object}.",
    "Na spotkaniu omawiano też kwestie {theme} oraz stan {things} i {things}.",
    "Dotychczasowa {thing} nie spełnia wymagań, {reason}, a {people} od dawna o tym przypominają.",
    "Zdaniem uczestników zmiana zasad {theme} jest potrzebna, {reason}.",
    "{thing} będzie dostępna dla wszystkich, {reason}.",
    "Zadanie obejmuje przebudowę {things}, budowę {things} oraz wyposażenie {things}.",
    "Warto podkreślić, że {people} {verb} {object} {adverb}, {reason}.",
    "Pan {first} {surname} przedstawił {object} i odpowiadał na pytania dotyczące {theme}.",
    "Prace w miejscowości {village} prowadzono {adverb}, {reason}.",
    "W ocenie zespołu współpraca w zakresie {theme} przebiegała sprawnie, a {people} {verb} {object}.",
    "Szczególną uwagę zwrócono na potrzeby osób starszych oraz na dostępność {things} w mniejszych miejscowościach.",
    "Nie zgłoszono uwag, wobec czego {people} {adverb} {verb} {object}.",
    "Do obowiązków zespołu należy prowadzenie spraw z zakresu {theme}, w tym przygotowanie {things}.",
    "{first} {surname} ({village}) mówiła o tym, jak {people} {verb} {object}, {reason}.",
    "Dlatego proponujemy, by {people} {adverb} {verb} {object} jeszcze raz, {reason}.",
    "Analiza obejmuje {theme}, {theme} i {theme}, a wnioski trafią do wszystkich zainteresowanych.",
    "Uwagi można składać w sekretariacie albo przesłać pocztą; {people} otrzymają odpowiedź na piśmie.",
    "Po zakończeniu robót {thing} zostanie przekazana w zarząd, a {people} zaopiekują się terenem.",
    "W rejonie ulicy {surname_gen} powstanie {thing}, {reason}.",
)  # fmt: skip
TELLING = (
    "{official} {first} {surname} podpisał umowę {date}, {reason}.",
    "Całkowita wartość zadania wynosi {amount}, z czego dofinansowanie to {amount}.",
    "W partnerstwie uczestniczy {n} {counted} oraz {body}.",
    "{body} i {body} realizują projekt od {date} do {date}.",
    "Do porozumienia {word_number} {counted} przystąpiło w {month_in} {year} r. także {body}.",
    "Wniosek złożono {date} w siedzibie {body_gen}.",
    "W {year} roku na zadania z zakresu {theme} przeznaczono ok. {amount}.",
    "Powiat {county} oraz Gmina {town} {adverb} uzgodniły {object}.",
    "Zarząd {body_gen} ({acronym}) zebrał się {date} o godz. {hour}:00 w {town_in}.",
    "Spośród {n} {counted} umowę podpisało {n}, a pozostałe rozliczą się do końca {year} roku.",
    "Koszt: {amount}, w tym wkład własny {amount} (słownie: {words} tysięcy złotych).",
    "W latach {year}–{year2} {body} przekazał na ten cel {millions} mln {currency}.",
    "{acronym} poinformował, że {people} {verb} {object} w {month_in} {year} r.",
    "Uchwała nr {n}/{n}/{year} Rady Miejskiej w {town_in} z dnia {date} dotyczy {theme}.",
)  # fmt: skip
ONSETS = [
    "b",
    "br",
    "ch",
    "cz",
    "d",
    "dr",
    "g",
    "gr",
    "j",
    "k",
    "kr",
    "l",
    "ł",
    "m",
    "mł",
    "n",
    "p",
    "pr",
    "r",
    "rz",
    "s",
    "st",
    "sz",
    "św",
    "t",
    "tr",
    "w",
    "wl",
    "z",
    "zb",
    "ż",
]
VOWELS = ["a", "e", "i", "o", "u", "y", "ia", "ie", "io", "ą", "ę"]
CODAS = ("", "", "", "n", "r", "l", "ł", "sz", "m", "k", "s")
SURNAME_ENDS = ("ski", "ska", "wicz", "ek", "czyk", "ak", "owa", "uk")
VILLAGE_ENDS = ("ów", "owo", "in", "ice", "ówka", "yń", "no", "no Małe", "ice Wielkie")
ENCODINGS = ("utf-8",) * 15 + ("cp1250", "cp1250", "iso8859-2", "utf-16", "utf-8-sig")
WRAP = 78
TAGS = ("p", "p", "p", "li", "h2", "div")


class Writer:
    """Writes the document of one number."""

    def __init__(self, seed: int, number: int) -> None:
        self.random = Random(f"{seed}/{number}")
        self.number = number
        self.made: dict[str, Callable[[], str]] = {
            "date": self.date, "amount": self.amount, "surname": lambda: self.name(SURNAME_ENDS),
            "surname_gen": lambda: self.name(("skiego", "skiej", "icza", "ka")), "village": lambda: self.name(VILLAGE_ENDS),
            "n": lambda: str(self.below(60) + 2), "year": lambda: str(2001 + self.below(24)), "year2": lambda: str(2026 + self.below(9)),
            "hour": lambda: str(8 + self.below(11)), "month_in": lambda: MONTHS_IN[self.below(12)],
            "millions": lambda: f"{self.below(40) + 1},{self.below(9) + 1}",
            "words": lambda: self.pick(("pięć", "dwanaście", "trzydzieści", "sto dwadzieścia", "osiemset")),
        }  # fmt: skip

    def below(self, limit: int) -> int:
        return int(self.random.random() * limit)

    def pick(self, items: tuple[str, ...]) -> str:
        return items[int(self.random.random() * len(items))]

    def name(self, ends: tuple[str, ...]) -> str:
        syllables = [
            ONSETS[self.below(len(ONSETS))] + VOWELS[self.below(len(VOWELS))] + self.pick(CODAS)
            for _ in range(1 + self.below(2))
        ]
        return "".join(syllables).capitalize() + self.pick(ends)

    def date(self) -> str:
        day, month, year = 1 + self.below(28), self.below(12), 2001 + self.below(24)
        kind = self.below(5)
        if kind < 3:
            return f"{day} {MONTHS[month]} {year} {'r.' if kind else 'roku'}"
        return f"{day:02}.{month + 1:02}.{year}{'' if kind == 3 else ' r.'}"

    def amount(self) -> str:
        kind, currency = self.below(5), self.pick(LISTS["currency"])
        if kind == 0:
            return f"{self.below(90) + 1},{self.below(9) + 1} mln {currency}"
        if kind == 1:
            return f"{self.below(900) + 20} tys. {currency}"
        if kind == 2:
            return f"{self.below(900) + 1} {self.below(900) + 100},{self.below(90) + 10} {currency}"
        if kind == 3:
            return f"{self.below(90) + 1}.{self.below(900) + 100}.{self.below(900) + 100},00 {currency}"
        return f"{self.below(900) + 1} {self.below(900) + 100} {currency}"

    def filled(self, template: str) -> str:
        parts = template.split("{")
        texts = [parts[0]]
        for part in parts[1:]:
            slot, _, rest = part.partition("}")
            texts += (self.made[slot]() if slot in self.made else self.pick(LISTS[slot]), rest)
        text = "".join(texts)
        return text[:1].upper() + text[1:]

    def sentence(self, telling: float) -> str:
        return self.filled(self.pick(TELLING if self.random.random() < telling else PLAIN))

    def paragraph(self, telling: float) -> str:
        return " ".join([self.sentence(telling) for _ in range(2 + self.below(6))])

    def listed(self) -> str:
        mark = self.pick(("- ", "• ", "1) ", "a. "))
        lines = [f"{mark}{self.sentence(0.4)}" for _ in range(2 + self.below(5))]
        return "\n".join([f"{self.pick(LISTS['label'])}:", *lines])

    def fields(self) -> str:
        slots = ("{amount}", "{date}", "{n}", "{body}", "{town}", "{object}", "{first} {surname}")
        return "\n".join(f"{self.pick(LISTS['label'])}: {self.filled(self.pick(slots))}" for _ in range(5))

    def table(self) -> str:
        rows = ["Lp.\tJednostka\tData umowy\tKwota (zł)"]
        for number in range(3 + self.below(8)):
            cells = (
                f"Gmina {self.name(VILLAGE_ENDS)}",
                self.date(),
                f"{self.below(900) + 1} {self.below(900) + 100},00",
            )
            rows.append("\t".join((str(number + 1), *cells)))
        return "\n".join(rows)

    def blocks(self, size: int) -> Iterator[str]:
        """Yield a heading and then blocks of about so many characters in all."""
        telling = self.pick(("0.12", "0.12", "0.25", "0.5"))
        heading = self.filled(
            self.pick(("{theme} – informacja", "Protokół z dnia {date}", "{body}", "{town}: {theme}"))
        )
        yield f"{heading} ({self.number})"
        written = 0
        while written < size:
            draw = self.random.random()
            if draw < 0.84:
                block = self.paragraph(float(telling))
            else:
                block = self.listed() if draw < 0.92 else self.fields() if draw < 0.96 else self.table()
            written += len(block)
            yield block

    def document(self) -> tuple[str, bytes]:
        """Return the ending of the document's name and its bytes; a few are fifty times as long as most."""
        size = int(self.random.lognormvariate(8.3, 0.9))
        blocks = [*self.blocks(min(size, 200_000))]
        encoding = self.pick(ENCODINGS)
        if self.random.random() < 0.15:
            return ".html", self.page(blocks).encode(encoding if encoding != "utf-16" else "utf-8", "replace")
        text, draw = "\n\n".join(blocks), self.random.random()
        if draw < 0.15:
            text = "\n\n".join(self.wrapped(block) for block in blocks)
        elif draw < 0.2:
            text = text.replace(" zł", "\xa0zł").replace(" r.", "\xa0r.").replace(" w ", " w\xa0")
        elif draw < 0.25:
            text = text.replace("\n", "\r\n")
        elif draw < 0.28:
            text = text.encode().decode("cp1250", "ignore")  # read wrongly once
            encoding = "utf-8"
        elif draw < 0.3:
            text = text.replace(" r.", "r.").replace(" zł", "zł").replace(" mln", "mln")
        return ".txt", text.encode(encoding, "replace")

    def wrapped(self, block: str) -> str:
        if "\n" in block:
            return block
        lines = textwrap.wrap(block, WRAP)
        for at in range(0, len(lines) - 1, 4):
            word = lines[at].rpartition(" ")[2]
            if len(word) > 8 and word.isalpha():  # the line end divides its last word
                lines[at + 1] = word[5:] + " " + lines[at + 1]
                lines[at] = lines[at][: len(lines[at]) - len(word) + 5] + "-"
        return "\n".join(lines)

    def page(self, blocks: list[str]) -> str:
        parts = [
            f"<!DOCTYPE html><html lang='pl'><head><title>{blocks[0]}</title><style>p {{ margin: 0 }}</style></head><body>"
        ]
        parts.append(
            "<nav><ul><li><a href='/'>Start</a></li><li><a href='/bip'>BIP</a></li></ul></nav><main>"
        )
        parts.append(f"<h1>{blocks[0]}</h1>")
        for block in blocks[1:]:
            if "\t" in block:
                cells = ("</td><td>".join(row.split("\t")) for row in block.split("\n"))
                parts.append("<table>" + "".join(f"<tr><td>{row}</td></tr>" for row in cells) + "</table>")
                continue
            tag = self.pick(TAGS)
            inner = block.replace("\n", "<br>").replace(" zł", "&nbsp;zł").replace("„", "&bdquo;")
            parts.append(f"<{tag} class='c{self.below(9)}'>{inner}</{tag}>")
        parts.append(
            f"</main><footer>© {2010 + self.below(15)} Urząd Gminy</footer><script>var a = {self.number};</script></body></html>"
        )
        return "\n".join(parts)


def documents(megabytes: float, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of documents until they have so many megabytes (10⁶ bytes) together."""
    total = number = 0
    while total < megabytes * 1e6:
        ending, content = Writer(seed, number).document()
        yield f"{number:08}{ending}", content
        total += len(content)
        number += 1


def write(folder: Path, megabytes: float, seed: int = 1, per_folder: int = 1000) -> int:
    """Write the documents under ``folder``, so many in each sub-folder, and return their number."""
    written = 0
    for written, (name, content) in enumerate(documents(megabytes, seed), 1):
        path = folder / f"{(written - 1) // per_folder:05}" / name
        if (written - 1) % per_folder == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-folder", type=int, default=1000)
    options = parser.parse_args()
    number = write(options.folder, options.megabytes, options.seed, options.per_folder)
    print(f"{number:,} documents of {options.megabytes:g} MB in {options.folder}")


if __name__ == "__main__":
    main()
