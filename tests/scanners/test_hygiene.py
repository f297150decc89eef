"""Hygiene beyond its cards: grading, folding, scopes, hostile names, and nothing of a secret in what is said."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.run import ScanResult
from auditor.model.target import Scope
from scanners.hygiene import Hygiene
from scanners.hygiene.environment import Weight, judge, variables
from scanners.hygiene.globs import pattern
from tests.support.context import MemoryFiles, context, repo, scan
from tests.support.history import MemoryHistory

SECRET = "q8VbN2xTz4LrW9sYc6Ke"


def only(result: ScanResult, rule_id: str) -> Match:
    found = [match for match in result.matches if match.rule_id == rule_id]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", Weight.EMPTY),
        ("API_KEY=\nTOKEN=your-token-here\nSECRET=<secret>\n", Weight.EMPTY),
        ("JWT_SECRET=change-me\nSTRIPE_KEY=sk_test_xxxxxxxxxxxxxxxx\n", Weight.EMPTY),
        ("REACT_APP_FIREBASE_KEY=AIzaMadeUp\nNEXT_PUBLIC_URL=https://x.example\n", Weight.PUBLIC),
        ("VITE_KEY=sk_live_" + "madeupmadeup0000\n", Weight.SECRET),
        ("PORT=3000\nACCESS_TOKEN_EXPIRES_IN=15m\nPASSWORD_MIN_LENGTH=12\nAWS_REGION=us-west-2\n", Weight.SETTINGS),
        ("DATABASE_URL=postgres://app:app@localhost:5432/app\n", Weight.DEFAULT),
        ("DATABASE_URL=postgres://app:${DB_PASSWORD}@db/app\n", Weight.EMPTY),
        ("DATABASE_URL=mysql://app:Vx9-kQ2m@db7.boats-of-nowhere.org/app\n", Weight.SECRET),
        (f'export PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----"\n', Weight.SECRET),
        (f"# SECRET={SECRET}\n", Weight.EMPTY),
        ("SECRET=encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadeUp\n", Weight.ENCRYPTED),
        (f"SMTP_PASS={SECRET}\n", Weight.SECRET),
        ("SENTRY_DSN=https://abc123@o1.ingest.sentry.io/2\n", Weight.SETTINGS),
    ],
)
def test_an_environment_file_weighs_as_much_as_its_heaviest_value(text: str, weight: Weight) -> None:
    assert judge(text).weight is weight


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    assert all(variable.line >= 1 for variable in variables(text))
    judge(text)


def test_the_secret_is_named_by_its_variable_and_line_and_never_shown() -> None:
    found = only(scan(Hygiene(), {".env": f"PORT=80\nJWT_SECRET={SECRET}\n"}), "hygiene.env-file-tracked")
    assert (found.grade, found.location) == ("secret", CodeLocation("shop", ".env", 2))
    assert "JWT_SECRET" in found.message
    assert SECRET not in repr(found)


def test_an_untracked_environment_file_is_nobodys_fault() -> None:
    files = MemoryFiles({".env": f"A_SECRET={SECRET}".encode(), "a.py": b""}, untracked=frozenset({".env"}))
    result = Hygiene().scan(repo(), context(files, scanner="hygiene"))
    assert not [match for match in result.matches if match.rule_id == "hygiene.env-file-tracked"]


def test_a_change_is_not_blamed_for_what_the_whole_repository_lacks() -> None:
    files = {"app.py": "x", ".env": f"A_SECRET={SECRET}"}
    result = Hygiene().scan(repo(scope=Scope.CHANGED), context(files, scanner="hygiene"))
    assert {match.rule_id for match in result.matches} == {"hygiene.env-file-tracked"}


def test_many_files_of_junk_are_one_match_that_names_them() -> None:
    found = only(scan(Hygiene(), {f"d{n}/.DS_Store": "x" for n in range(80)}), "hygiene.computer-junk")
    assert found.details["files"] == "80"
    assert len(found.also_at) == 50
    assert "80 files" in found.message


def test_the_lines_to_add_make_git_ignore_what_it_did_not() -> None:
    files = {".gitignore": "dist/\n", "package.json": "{}", "main.tf": "", "repos.env.example": "A=\n"}
    lines = only(scan(Hygiene(), files), "hygiene.gitignore-gaps").details["lines"]
    mended = scan(Hygiene(), files | {".gitignore": f"dist/\n{lines}\n"})
    assert not [match for match in mended.matches if match.rule_id.startswith("hygiene.gitignore")]


def test_the_scanned_repositorys_git_configuration_takes_no_part_in_the_audit() -> None:
    files = {".gitignore": "x\n", ".git/config": "[core]\n\texcludesFile = all", "all": "*", "..": "x"}
    assert only(scan(Hygiene(), files), "hygiene.gitignore-without-env")


def test_a_gitignore_below_git_or_above_the_root_is_never_written() -> None:
    files = {"../.gitignore": "*", ".git/.gitignore": "*", ".gitignore": "x\n"}
    assert only(scan(Hygiene(), files), "hygiene.gitignore-without-env")


@pytest.mark.parametrize("name", ["a\nb.pem", "a\x1b[31m.pem", "\u202efdp.pem", "bad-\udcff.pem", "-rf.pem"])
def test_a_hostile_file_name_is_reported_in_visible_characters(name: str) -> None:
    body = "-----BEGIN PRIVATE KEY-----\n" + "MadeUp0123" * 8 + "\n"
    found = only(scan(Hygiene(), {name: body}), "hygiene.private-key")
    assert found.excerpt.isprintable()
    assert found.message.isprintable()
    found.excerpt.encode()


def test_a_deleted_environment_file_with_a_secret_in_any_version_is_said_with_its_day() -> None:
    history = MemoryHistory({"api/.env": f"DB_PASSWORD={SECRET}".encode(), "web/.env": b"VITE_X=1"})
    result = scan(Hygiene(), {"a.py": "x"}, history=history)
    found = only(result, "hygiene.secret-file-in-history")
    assert found.location == CodeLocation("shop", "api/.env")
    assert "2026-05-05" in found.message
    assert SECRET not in repr(result)


def test_an_ignore_file_in_the_folder_of_an_editor_guards_nothing() -> None:
    result = scan(Hygiene(), {"pom.xml": "<project/>", ".idea/.gitignore": "workspace.xml\n"})
    assert only(result, "hygiene.gitignore-missing")
    assert not [match for match in result.matches if match.rule_id == "hygiene.gitignore-without-env"]


def test_a_script_that_is_only_named_like_a_test_is_none() -> None:
    files = {"app.js": "run()", "scripts/parse_test.mjs": "console.log(parse('x'))"}
    assert only(scan(Hygiene(), files), "hygiene.no-tests")
    files["scripts/parse_test.mjs"] = "test('parses', () => expect(parse('x')).toBe(1))"
    assert not [match for match in scan(Hygiene(), files).matches if match.rule_id == "hygiene.no-tests"]


def test_an_empty_repository_lacks_nothing() -> None:
    assert scan(Hygiene(), {}).matches == ()


@pytest.mark.parametrize(
    ("glob", "path", "matched"),
    [
        ("*.pem", "a/b/c.pem", True),
        ("/*.pem", "a/c.pem", False),
        ("**/.aws/credentials", ".aws/credentials", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/*/b", "a/x/y/b", False),
        ("LICEN[CS]E*", "LICENCE.txt", True),
        ("[!a].txt", "b.txt", True),
        ("[!a].txt", "a.txt", False),
        ("**/.env", "x.env", False),
        ("*.env", "dir.env/file", False),
    ],
)
def test_globs_mean_what_they_mean_in_a_gitignore(glob: str, path: str, matched: bool) -> None:
    assert bool(pattern([glob]).fullmatch(path)) is matched


def ids(result: ScanResult) -> set[str]:
    return {match.rule_id.removeprefix("hygiene.") for match in result.matches}


def test_names_and_numbers_of_customers_make_a_list_without_any_mail_address() -> None:
    names = "customer_code,full_name\n" + "".join(f"{n},Person{chr(97 + n)} Made-Up\n" for n in range(12))
    assert "customer-data" in ids(scan(Hygiene(), {"customers.csv": names}))
    numbers = '"No,Nama Client,No Whatsapp"\n"1,Ibu A,628123456700"\n"2,Pak B,628123456711"\n'
    assert "customer-data" in ids(scan(Hygiene(), {"reservations.csv": numbers}))
    few = "customer_code,full_name\n1,Ada\n2,Bob\n"
    codes = "customer_code,visits\n" + "".join(f"{n},{n * 7}\n" for n in range(40))
    assert "customer-data" not in ids(scan(Hygiene(), {"customers.csv": few, "users.csv": codes}))


@given(st.binary(max_size=300))
def test_any_table_can_be_read(content: bytes) -> None:
    from scanners.hygiene.people import people

    people("customers.csv", b"full_name,phone\n" + content)


def test_what_a_package_manager_left_behind_is_no_installed_package() -> None:
    left = {"public/node_modules/.package-lock.json": "{}", "node_modules/.cache/x.json": "{}"}
    assert "dependencies-tracked" not in ids(scan(Hygiene(), left))
    assert "dependencies-tracked" in ids(scan(Hygiene(), {**left, "public/node_modules/ms/index.js": "x"}))


def test_composer_knows_no_lock_file_of_a_folder_above() -> None:
    files = {
        "composer.json": '{"require": {"slim/slim": "^4"}}', "composer.lock": "{}", "public/composer.json": '{"require": {"a/b": "^1"}}',
    }  # fmt: skip
    found = only(scan(Hygiene(), files), "hygiene.no-lock-file")
    assert found.location.path == "public/composer.json"


def test_the_empty_test_of_a_template_tests_nothing() -> None:
    files = {"lib/main.dart": "x", "ios/RunnerTests/RunnerTests.swift": "class RunnerTests {}"}
    assert "no-tests" in ids(scan(Hygiene(), files))
    assert "no-tests" not in ids(scan(Hygiene(), {**files, "test/widget_test.dart": "x"}))


def test_a_demo_of_an_environment_file_is_an_example() -> None:
    assert "env-file-tracked" not in ids(scan(Hygiene(), {".env_demo": f"MYSQL_ROOT_PASSWORD={SECRET}\n"}))


def test_a_script_of_sql_server_tools_is_read_in_its_own_encoding() -> None:
    text = "USE [Hotel]\r\nGO\r\n/****** Object:  Table [dbo].[Guest] Script Date: 3/2/2026 ******/\r\nINSERT [dbo].[Guest] VALUES (1)\r\n"
    assert "database-dump" in ids(scan(Hygiene(), {"Hotel.sql": b"\xff\xfe" + text.encode("utf-16-le")}))


def test_what_composer_installed_is_foreign_wherever_it_lies() -> None:
    vendor = {"web/vendor/autoload.php": "x", "web/vendor/a/b/tests/AbTest.php": "x", "web/vendor/a/b/app.zip": "x"}
    found = ids(scan(Hygiene(), {**vendor, "web/index.php": "x"}))
    assert {"no-tests", "dependencies-tracked"} <= found
    assert "build-artifact" not in found


def test_the_empty_tests_of_a_django_application_test_nothing() -> None:
    files = {"shop/views.py": "x", "shop/tests.py": "from django.test import TestCase\n\n# Create your tests here.\n"}
    assert "no-tests" in ids(scan(Hygiene(), files))
    real = {**files, "cart/tests.py": "class CartTests(TestCase):\n    def test_sum(self): ...\n"}
    assert "no-tests" not in ids(scan(Hygiene(), real))


def test_a_table_by_any_name_is_a_list_of_people_when_it_holds_many_addresses() -> None:
    rows = "".join(f"p{n},p{n}@boats-of-nowhere.org\n" for n in range(30))
    assert "customer-data" in ids(scan(Hygiene(), {"export.csv": "a,b\n" + rows}))
    assert "customer-data" not in ids(scan(Hygiene(), {"export.csv": "a,b\n" + "".join(rows.splitlines(True)[:5])}))
    guests = "ID;Klient/Gość;Wartość\n" + "".join(f"{n};Ada{chr(97 + n)} Novak;10\n" for n in range(12))
    assert "customer-data" in ids(scan(Hygiene(), {"reservations.csv": guests}))
    numbered = "ID;Client;Sum\n" + "".join(f"{n};C-{n};10\n" for n in range(12))
    assert "customer-data" not in ids(scan(Hygiene(), {"reservations.csv": numbered}))


def test_trial_entries_of_a_developer_are_no_list_of_people() -> None:
    own = "ada@boats-of-nowhere.org,1\nbob@boats-of-nowhere.org,2\n"
    trials = "test@example.com,3\ntest2@example.com,4\ntest.form@boats-of-nowhere.org,5\n"
    assert "customer-data" not in ids(scan(Hygiene(), {"email_verifications.csv": trials + own}))
    assert "customer-data" in ids(scan(Hygiene(), {"email_verifications.csv": own + "test@example.com,3\n"}))
    many = "".join(f"p{n}@boats-of-nowhere.org\n" for n in range(12))
    assert "customer-data" in ids(scan(Hygiene(), {"emails.csv": many + trials}))


def test_the_dump_of_another_program_and_a_conflicted_copy_are_seen() -> None:
    files = {
        "db/shop.sql": "/*\nSQLyog Community v13\n*/\ninsert  into `users`(`id`) values (1);\n",
        "style (Dana's conflicted copy 2026-03-02).css": "x", "web/_DS_Store": "x",
    }  # fmt: skip
    assert {"database-dump", "backup-file", "computer-junk"} <= ids(scan(Hygiene(), files))


def test_a_file_that_powershell_wrote_is_read_in_its_own_encoding() -> None:
    settings = f"JWT_SECRET={SECRET}\r\n".encode("utf-16")
    result = scan(Hygiene(), {".env": settings, "requirements.txt": "flask\r\n".encode("utf-16")})
    assert only(result, "hygiene.env-file-tracked").grade == "secret"
    assert "no-lock-file" in ids(result)
    pinned = "flask==3.0.0\r\nboto3==1.34.1\r\n".encode("utf-16")
    assert "no-lock-file" not in ids(scan(Hygiene(), {"requirements.txt": pinned}))
    gone = scan(Hygiene(), {"a.py": "x"}, history=MemoryHistory({"mail.env": settings}))
    assert only(gone, "hygiene.secret-file-in-history")


def test_what_a_program_named_like_a_test_was_built_into_is_no_data_of_tests() -> None:
    built = {"build/slack_test/base.zip": "x", "dist/parse-test/a.pyc": "x", "app.py": "x"}
    assert {"build-artifact", "compiled-files"} <= ids(scan(Hygiene(), built))
    data = {"build/tests/base.zip": "x", "load_test/a.pyc": "x", "app.py": "x"}
    assert not {"build-artifact", "compiled-files"} & ids(scan(Hygiene(), data))


def test_a_python_program_that_is_only_named_like_a_test_is_none() -> None:
    files = {"bot.py": "x", "slack_bot_test.py": "import bot\nbot.run()\n"}
    assert "no-tests" in ids(scan(Hygiene(), files))
    real = {**files, "bot_test.py": "def test_it_runs():\n    bot.run()\n"}
    assert "no-tests" not in ids(scan(Hygiene(), real))


def test_members_in_a_column_of_names_are_people_and_firms_are_none() -> None:
    names = [f"Ada{chr(97 + n)} Novak" for n in range(12)]
    members = "name,slack_id\n" + "".join(f"{name},U0{n}\n" for n, name in enumerate(names))
    assert "customer-data" in ids(scan(Hygiene(), {"channel_members.csv": members}))
    assert "customer-data" not in ids(scan(Hygiene(), {"order_items.csv": members}))
    firms = "customer_name,industry\n" + "".join(f"Novak{chr(97 + n)} Works,Retail\n" for n in range(12))
    limited = "customer_name,city\n" + "".join(f"Novak{chr(97 + n)} Ltd.,Bern\n" for n in range(12))
    assert "customer-data" not in ids(scan(Hygiene(), {"customers.csv": firms, "clients.csv": limited}))


def test_a_deleted_key_is_found_by_its_name_in_any_case() -> None:
    history = MemoryHistory({"certs/PUSH.P12": b"x", "Mail.ENV": f"SMTP_PASSWORD={SECRET}".encode()})
    found = scan(Hygiene(), {"a.py": "x"}, history=history).matches
    paths = {
        m.location.path for m in found if isinstance(m.location, CodeLocation) and m.rule_id.endswith("-in-history")
    }
    assert paths == {"certs/PUSH.P12", "Mail.ENV"}


def test_copies_of_programs_and_archives_are_no_copies_of_a_database() -> None:
    statement = "INSERT INTO orders VALUES (1);\n"
    archive = b"shop.sql" + bytes(249) + b"ustar" + bytes(250) + b"\n" + statement.encode()
    files = {
        "app.py.backup": f'sql = """\n{statement}"""\n', "app_backup_20260302.py": statement, "docs/BACKUP.md": statement,
        "backups/shop.tar.gz": gzip.compress(archive),
    }  # fmt: skip
    assert "database-dump" not in ids(scan(Hygiene(), files))
    dumps = {"backups/a.sql.gz": gzip.compress(statement.encode()), "shop_backup.py.sql": statement}
    for name, content in dumps.items():
        assert "database-dump" in ids(scan(Hygiene(), {name: content}))


def test_a_dump_of_what_anybody_may_know_is_no_copy_of_a_database() -> None:
    states = "-- MySQL dump 10.13\nINSERT INTO `states` VALUES (1,'AK','Alaska');\n"
    assert "database-dump" not in ids(scan(Hygiene(), {"db/states.sql": states}))
    assert "database-dump" in ids(
        scan(Hygiene(), {"db/states.sql": states + "INSERT INTO `users` VALUES (1,'dana');\n"})
    )
    assert "database-dump" in ids(scan(Hygiene(), {"s.sql": "-- MySQL dump\nINSERT INTO `shop`.`users` VALUES (1);\n"}))


def test_tests_are_known_by_a_folder_and_a_name_with_a_capital() -> None:
    files = {"api/Program.cs": "x", "api/Test/RegisterOrder.Test.cs": "x"}
    assert "no-tests" not in ids(scan(Hygiene(), files))
    assert "no-tests" in ids(scan(Hygiene(), {"api/Program.cs": "x", "api/Latest.cs": "x"}))


@pytest.mark.parametrize(
    "name",
    ["a - Copia.php", "Preise - Kopie (2).html", "accueil - Copie.html", "заказ - копия.html", "index (copia).html", "b - 副本.js", "x のコピー.txt",
     "Copia de menu.html", "page (copy).php", "package.json.backup_08_2018", "app.py-old", "web - Copy/app.js"],
)  # fmt: skip
def test_what_file_managers_call_a_copy_is_one(name: str) -> None:
    assert "backup-file" in ids(scan(Hygiene(), {name: "x"}))


@pytest.mark.parametrize(
    "name", ["img/boat (1).jpg", "index (1).html", "src/copia.py", "backup.py", "threshold.ts", "bold.css", "Recopy.js"]
)
def test_a_name_that_only_sounds_like_a_copy_is_none(name: str) -> None:
    assert "backup-file" not in ids(scan(Hygiene(), {name: "x"}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".pgpass", "localhost:5432:shop:dana:m4d3"),
        (".smbcredentials", "username=dana\npassword=m4d3-up\n"),
        ("sftp-config.json", '{"password": "m4d3-up"}'),
        ("sitemanager.xml", '<Server><Pass encoding="base64">bTRkMy11cA==</Pass></Server>'),
        (".cargo/credentials.toml", '[registry]\ntoken = "cioMadeUpMadeUp0123456"\n'),
        (".gem/credentials", "---\n:rubygems_api_key: rubygems_madeup0123456789\n"),
        (".config/gh/hosts.yml", "github.com:\n    oauth_token: gho_madeUpMadeUp0123456789\n"),
        (".msmtprc", "account shop\npassword m4d3-up\n"),
    ],
)
def test_a_clients_file_of_credentials_is_one_with_a_value_and_none_without(name: str, content: str) -> None:
    assert "credential-file" in ids(scan(Hygiene(), {name: content}))
    assert "credential-file" not in ids(scan(Hygiene(), {name: "# nothing yet\n"}))
    gone = scan(Hygiene(), {"a.py": "x"}, history=MemoryHistory({name: content.encode()}))
    assert "secret-file-in-history" in ids(gone)
