import importlib
import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import spacy
from spacy.cli.package import package
from spacy.language import Language
from spacy.training import Example
from typer.testing import CliRunner

from pipeline import annotate, batch, cli, flow, models, read
from pipeline.annotate import Entity, ModelError, load_annotator, load_model, select_model
from pipeline.document import Sentence

NKJP_LABELS = ("date", "geogName", "orgName", "persName", "placeName", "time")
STOCK_COMPONENTS = (
    "tok2vec", "morphologizer", "parser", "lemmatizer", "tagger", "senter", "attribute_ruler", "ner",
)  # fmt: skip
"""The components that the published meta.json of pl_core_news_sm lists; of these senter is disabled."""
STOCK_PIPELINE = tuple(part for part in STOCK_COMPONENTS if part != "senter")
STOCK_LABELLED = {"tok2vec", "morphologizer", "parser", "tagger", "attribute_ruler", "ner"}
"""The components whose labels the published meta.json lists."""
STOCK_PERFORMANCE = {
    "sents_f": 0.9636, "ents_p": 0.8121, "ents_r": 0.7960, "ents_f": 0.8040,
    "ents_per_type": {label: {"p": 0.0, "r": 0.0, "f": 0.0} for label in NKJP_LABELS},
}  # fmt: skip
"""As published for 3.8.0: its entities were not scored label by label."""

TEXT = "Umowę podpisał Związek Gmin."
NAMED = {"entities": [(15, 27, "orgName")]}


def tiny_pipeline(labels: tuple[str, ...] = NKJP_LABELS, *, ner_listens: bool = False) -> Language:
    """A `pl` pipeline with the components of pl_core_news_sm, small and taught one sentence."""
    nlp = spacy.blank("pl")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 32, "upstream": "tok2vec"}
    encoder = {
        "@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 32, "depth": 1,
        "embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": True,
    }  # fmt: skip
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}
    transitions = {
        "@architectures": "spacy.TransitionBasedParser.v2", "extra_state_tokens": False, "hidden_width": 16,
        "maxout_pieces": 1, "use_upper": False,
    }  # fmt: skip
    nlp.add_pipe("tok2vec", config={"model": encoder})
    nlp.add_pipe("morphologizer", config={"model": tagger}).add_label("POS=NOUN")
    nlp.add_pipe("parser", config={"model": {**transitions, "state_type": "parser", "tok2vec": listener}})
    nlp.get_pipe("parser").add_label("nsubj")
    nlp.add_pipe("trainable_lemmatizer", name="lemmatizer", config={"model": tagger, "min_tree_freq": 1})
    nlp.add_pipe("tagger", config={"model": tagger}).add_label("SUBST")
    nlp.add_pipe("senter", config={"model": tagger})
    ruler = nlp.add_pipe("attribute_ruler")
    ner_input = listener if ner_listens else encoder
    ner = nlp.add_pipe("ner", config={"model": {**transitions, "state_type": "ner", "tok2vec": ner_input}})
    for label in labels:
        ner.add_label(label)
    doc = nlp.make_doc(TEXT)
    example = Example.from_dict(
        doc,
        {
            "entities": [(15, 27, "orgName" if "orgName" in labels else labels[0])],
            "lemmas": [token.lower_ for token in doc],
            "tags": ["SUBST"] * len(doc),
            "pos": ["NOUN"] * len(doc),
            "heads": [0] * len(doc),
            "deps": ["ROOT"] + ["nsubj"] * (len(doc) - 1),
            "sent_starts": [1] + [0] * (len(doc) - 1),
        },
    )
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: [example])
    ruler.add([[{"TAG": "SUBST"}]], {"POS": "NOUN"})
    optimizer.learn_rate = 0.01
    with nlp.select_pipes(enable=["tok2vec", "ner"]):
        for _ in range(60):
            nlp.update([example], sgd=optimizer)
    nlp.disable_pipe("senter")
    nlp.meta.update(name="core_news_sm", version="3.8.0", author="Explosion", license="GNU GPL 3.0")
    nlp.meta["performance"] = dict(STOCK_PERFORMANCE)
    return nlp


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stock") / "pipeline"
    tiny_pipeline().to_disk(folder)
    return folder


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide whatever models this machine has."""
    monkeypatch.setattr(models, "models_folder", lambda: tmp_path / "bundled")
    real = models.metadata.distribution

    def distribution(name: str) -> object:
        found = real(name)
        if name == models.STOCK and not Path(str(found.locate_file(""))).is_relative_to(tmp_path):
            raise models.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(models.metadata, "distribution", distribution)
    monkeypatch.setattr(models.metadata, "entry_points", lambda group: [])


Install = Callable[..., Path]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return what makes of a pipeline the package that spaCy makes of it, and returns its folder."""

    @cache
    def make(source: Path) -> Path:
        made = tmp_path_factory.mktemp("packaged")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its advice on building wheels
            package(source, made, create_sdist=False, silent=True)
        (folder,) = made.iterdir()
        (module,) = (path.parent for path in folder.glob("*/__init__.py"))
        shutil.copy(folder / "meta.json", module)  # as its setup.py does
        return module

    return make


@pytest.fixture
def install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packaged: Callable[[Path], Path]
) -> Iterator[Install]:
    """Lay a pipeline out as pip installs spaCy's packages: module, data folder, dist-info with an entry point."""
    site = tmp_path / "site packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def lay_out(source: Path) -> Path:
        module = packaged(source)
        name, version = module.name, json.loads((module / "meta.json").read_text())["version"]
        shutil.copytree(module, site / name)
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[spacy_models]\n{name} = {name}\n")
        importlib.invalidate_caches()
        return site / name / f"{name}-{version}"

    yield lay_out
    sys.modules.pop(models.STOCK, None)


def bundle(source: Path, tmp_path: Path, name: str = "nkjp_sm") -> Path:
    folder = tmp_path / "bundled" / f"pl_{name}"
    folder.parent.mkdir()
    nlp = spacy.load(source)
    nlp.meta.update(name=name, version="0.1.0")
    nlp.to_disk(folder)
    return folder


def sentences(text: str, *borders: int) -> list[Sentence]:
    edges = [0, *borders, len(text)]
    return [Sentence(start, end, None) for start, end in pairwise(edges)]


def test_the_stock_package_has_the_published_components_labels_and_layout(
    stock: Path, install: Install
) -> None:
    data = install(stock)
    meta = json.loads((data / "meta.json").read_text())
    assert tuple(meta["components"]) == STOCK_COMPONENTS
    assert tuple(meta["pipeline"]) == STOCK_PIPELINE
    assert meta["disabled"] == ["senter"]
    assert set(meta["labels"]) == STOCK_LABELLED
    assert tuple(meta["labels"]["ner"]) == NKJP_LABELS
    assert (data.parent.name, data.name) == ("pl_core_news_sm", "pl_core_news_sm-3.8.0")
    assert {path.name for path in data.parent.iterdir()} >= {"__init__.py", "meta.json"}
    # what any user of the package gets, to be sure that the stand-in is whole
    nlp = spacy.load("pl_core_news_sm")
    assert tuple(nlp.component_names) == STOCK_COMPONENTS
    assert tuple(nlp.pipe_names) == STOCK_PIPELINE
    assert [token.pos_ for token in nlp(TEXT)] == ["NOUN"] * 5


@pytest.mark.parametrize("spelling", ["pl_core_news_sm", "pl-core-news-sm"])
def test_the_distribution_may_be_spelt_with_hyphens(stock: Path, install: Install, spelling: str) -> None:
    data = install(stock)
    (data.parent.parent / "pl_core_news_sm-3.8.0.dist-info" / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {spelling}\nVersion: 3.8.0\n"
    )
    assert select_model().reference == "pl_core_news_sm"


def test_auto_takes_the_stock_package_where_it_is_installed(
    stock: Path, tmp_path: Path, install: Install
) -> None:
    bundle(stock, tmp_path)
    assert select_model().message == "model: pl_nkjp_sm 0.1.0 (bundled)"
    data = install(stock)
    choice = select_model("auto")
    assert choice.message == "model: pl_core_news_sm 3.8.0 (installed package)"
    assert choice.info is not None
    assert choice.info.where == data
    assert choice.info.components == STOCK_PIPELINE
    assert choice.reference == "pl_core_news_sm"


def test_only_the_needed_components_are_loaded(stock: Path, install: Install) -> None:
    install(stock)
    annotator = load_annotator()
    assert annotator.nlp is not None
    assert annotator.nlp.component_names == ["ner"]
    assert annotator.warnings == ()
    assert annotate.model_name(annotator.nlp) == "pl_core_news_sm"
    assert annotate.entities(annotator.nlp, TEXT, sentences(TEXT)) == [Entity(15, 27, "orgName")]


def test_the_manifest_and_the_rows_name_it(stock: Path, install: Install, tmp_path: Path) -> None:
    install(stock)
    annotator = load_annotator()
    out = tmp_path / "out"
    source = read.Source("a.txt", text=TEXT)
    batch.run([source], out, annotator.nlp, flow.Settings(), model=annotator.choice.reference)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["versions"]["model"] == {"name": "pl_core_news_sm", "version": "3.8.0"}
    assert manifest["settings"]["model"] == "pl_core_news_sm"


def test_plextract_models_lists_it_with_the_scores_that_were_measured(
    stock: Path, tmp_path: Path, install: Install
) -> None:
    bundle(stock, tmp_path)
    install(stock)
    shown = CliRunner().invoke(cli.app, ["models"], terminal_width=80).stdout.splitlines()
    rows = [line.split() for line in shown[:3]]
    assert rows[0] == ["model", "version", "origin", "F1,", "names", "orgName"]
    assert rows[1] == ["→", "pl_core_news_sm", "3.8.0", "installed", "0.804"]
    assert rows[2] == ["pl_nkjp_sm", "0.1.0", "bundled", "0.804"]
    assert shown[-1] == "auto → model: pl_core_news_sm 3.8.0 (installed package)"


def test_plextract_models_says_what_is_amiss(stock: Path, tmp_path: Path, install: Install) -> None:
    data = install(stock)
    (data / "config.cfg").unlink()
    shown = CliRunner().invoke(cli.app, ["models"]).stdout
    assert "warning: pl_core_news_sm-3.8.0 is no spaCy pipeline: it has no config.cfg" in " ".join(
        shown.split()
    )
    assert "organisations come from rules alone" in shown


def test_the_encoder_that_ner_listens_to_stays(tmp_path: Path, install: Install) -> None:
    tiny_pipeline(ner_listens=True).to_disk(tmp_path / "source")
    install(tmp_path / "source")
    nlp = load_model()
    assert nlp.component_names == ["tok2vec", "ner"]
    assert annotate.entities(nlp, TEXT, sentences(TEXT)) == [Entity(15, 27, "orgName")]


@pytest.mark.parametrize(
    ("label", "expected"),
    [("PER", "persName"), ("ORG", "orgName"), ("LOC", "placeName"), ("GPE", "placeName"), ("DATE", "date"),
     *((label, label) for label in NKJP_LABELS)],
)  # fmt: skip
def test_label_schemes_are_mapped(label: str, expected: str) -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": "Lubin"}])
    assert annotate.entities(nlp, "Gmina Lubin", [Sentence(0, 11, None)]) == [Entity(6, 11, expected)]


def test_labels_that_stand_for_nothing_are_left_out() -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "MISC", "pattern": "Lubin"}])
    assert annotate.entities(nlp, "Gmina Lubin", [Sentence(0, 11, None)]) == []


def test_a_broken_stock_package_costs_a_warning(stock: Path, tmp_path: Path, install: Install) -> None:
    bundle(stock, tmp_path)
    data = install(stock)
    (data / "ner" / "model").write_bytes(b"broken")
    annotator = load_annotator()
    assert annotator.choice.message == "model: pl_nkjp_sm 0.1.0 (bundled)"
    assert len(annotator.warnings) == 1
    assert annotator.warnings[0].startswith("pl_core_news_sm 3.8.0 is there but does not load: ")
    with pytest.raises(ModelError, match="does not load"):
        load_model("pl_core_news_sm")


def test_a_package_without_its_module_costs_a_warning(install: Install, stock: Path) -> None:
    data = install(stock)
    (data.parent / "meta.json").write_text("{}")
    annotator = load_annotator()
    assert annotator.nlp is None
    assert annotator.warnings == (
        "pl_core_news_sm is no spaCy pipeline: its meta.json lacks a language, name or version",
    )
    assert "no model loads" in annotator.choice.message


def test_without_any_model() -> None:
    assert select_model().message == (
        "model: none (pl_core_news_sm is not installed and no model is bundled); organisations come from rules alone"
    )
    assert load_annotator().nlp is None
    assert select_model().reference == "none"
    with pytest.raises(ModelError, match="no model is bundled"):
        load_model()
    assert load_model("none") is None
    assert "as asked" in select_model("none").message
    assert annotate.installed_models() == []


def test_a_name_that_leads_nowhere_is_an_error(tmp_path: Path, stock: Path) -> None:
    bundle(stock, tmp_path)
    with pytest.raises(ModelError, match=r"no model pl_unknown: .*models at hand: pl_nkjp_sm"):
        select_model("pl_unknown")
    with pytest.raises(ModelError, match=r"the folder has no meta\.json"):
        select_model(str(tmp_path))


def test_models_by_bundled_name_and_by_path(tmp_path: Path, stock: Path) -> None:
    folder = bundle(stock, tmp_path)
    assert annotate.model_name(load_model("pl_nkjp_sm") or spacy.blank("pl")) == "pl_nkjp_sm"
    choice = select_model(str(folder))
    assert choice.message == "model: pl_nkjp_sm 0.1.0 (from a folder)"
    assert choice.reference == str(folder)


def test_a_pipeline_without_ner_is_refused(tmp_path: Path) -> None:
    nlp = spacy.blank("pl")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "plain")
    with pytest.raises(ModelError, match="no component that recognises names"):
        load_model(str(tmp_path / "plain"))


def test_a_model_of_another_spacy_is_used_with_a_warning(
    tmp_path: Path, stock: Path, install: Install
) -> None:
    data = install(stock)
    for folder in (data, data.parent):
        meta = json.loads((folder / "meta.json").read_text())
        meta["spacy_version"] = ">=3.1.0,<3.2.0"
        (folder / "meta.json").write_text(json.dumps(meta))
    annotator = load_annotator()
    assert annotator.nlp is not None
    assert "may not be 100% compatible" in " ".join(annotator.warnings)


def test_installed_models_tell_their_scores(stock: Path, tmp_path: Path, install: Install) -> None:
    install(stock)
    bundle(stock, tmp_path)
    (tmp_path / "bundled" / "train").mkdir()
    found = annotate.installed_models()
    assert [(info.name, info.origin, info.version) for info in found] == [
        ("pl_core_news_sm", "installed", "3.8.0"),
        ("pl_nkjp_sm", "bundled", "0.1.0"),
    ]
    assert found[0].scores == {"ents_p": 0.8121, "ents_r": 0.7960, "ents_f": 0.8040}
    assert found[0].labels == NKJP_LABELS


def test_scores_of_labels_are_told_where_measured(stock: Path, tmp_path: Path) -> None:
    meta_path = bundle(stock, tmp_path) / "meta.json"
    meta = json.loads(meta_path.read_text())
    meta["performance"]["ents_per_type"]["orgName"]["f"] = 0.65
    meta_path.write_text(json.dumps(meta))
    (found,) = annotate.installed_models()
    assert found.scores["orgName"] == 0.65
    assert "date" not in found.scores


def ruler(*names: str) -> Language:
    nlp = spacy.blank("pl")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "orgName", "pattern": name} for name in names])
    return nlp


def test_offsets_survive_line_breaks_and_runs_of_space() -> None:
    text = "w Związku\n   Gmin   Wiejskich,\noraz ZMP"
    found = annotate.entities(ruler("Związku Gmin Wiejskich", "ZMP"), text, sentences(text))
    assert [text[entity.start : entity.end] for entity in found] == ["Związku\n   Gmin   Wiejskich", "ZMP"]


def test_entities_are_in_text_order_over_sentences_and_repetitions() -> None:
    text = "ZMP i inni. Długie zdanie o ZMP oraz ZPP. ZMP i inni. bez nazw zpp."
    cuts = (12, 42, 54)
    found = annotate.entities(ruler("ZMP", "ZPP"), text, sentences(text, *cuts))
    assert [(entity.start, text[entity.start : entity.end]) for entity in found] == [
        (0, "ZMP"), (28, "ZMP"), (37, "ZPP"), (42, "ZMP"),
    ]  # fmt: skip


def test_sentences_without_capitals_are_not_read() -> None:
    assert annotate.entities(ruler("zmp"), "zmp, 2014", [Sentence(0, 9, None)]) == []
    assert annotate.entities(ruler("zmp"), "zmp, ŁÓDŹ", [Sentence(0, 9, None)]) == [Entity(0, 3, "orgName")]


def test_a_very_long_sentence_is_read_in_pieces() -> None:
    text = "Związek Gmin, " * 2000
    found = annotate.entities(ruler("Związek Gmin"), text, [Sentence(0, len(text) - 1, None)])
    assert len(found) == 2000
    unbroken = "A" * 50_000
    assert annotate.entities(ruler("ZMP"), unbroken, [Sentence(0, len(unbroken), None)]) == []


def test_the_vocabulary_stops_growing(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = ruler("ZMP")
    monkeypatch.setattr(annotate, "MAX_FORMS", len(nlp.vocab))
    assert annotate.entities(nlp, "Pierwsze Słowa o ZMP", [Sentence(0, 20, None)]) == [
        Entity(17, 20, "orgName")
    ]
    known = len(nlp.vocab.strings)
    text = " ".join(f"Nowe{number}" for number in range(500)) + " ZMP"
    assert annotate.entities(nlp, text, [Sentence(0, len(text), None)]) == [
        Entity(len(text) - 3, len(text), "orgName")
    ]
    assert len(nlp.vocab.strings) == known


def test_spacy_is_imported_only_for_a_model() -> None:
    code = "import sys; from pipeline import annotate, segment; annotate.select_model('none'); print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
