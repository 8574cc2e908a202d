"""Everyday work of a town hall on one file server, each piece by a person with a session of their own.

Usage, as root: work.py FOLDER SECONDS. Works only in a folder that bears the tests' marker, on files
that it made there. Prints `name operations` after each piece of work; an operation is a file made,
saved, renamed or deleted. People save and make as fast as the disk lets them; what deletes files
that others made comes at the pace of people, one piece in 20 seconds.
"""
# All before anybody goes to work: a person may not be able to read the modules.
import bz2, encodings.cp437, gzip, lzma, os, random, shutil, sqlite3, sqlite3.dump, stringprep, subprocess, sys, tarfile, time
import zipfile, zlib

ROOT, SECONDS = sys.argv[1], float(sys.argv[2])
assert os.path.exists(os.path.join(ROOT, "BEFFROI-PLAYGROUND")), "refused: no marker"
WORDS = "délibération budget cantine élèves marché mariage voirie séance arrêté école salle".split()
random.seed(59)


def prose(length):
    return " ".join(random.choice(WORDS) for _ in range(length // 8)).encode() + b"\n"


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def folder(*parts):
    path = os.path.join(ROOT, *parts)
    os.makedirs(path, exist_ok=True)
    return path


def names(path):
    return sorted(os.path.join(path, name) for name in os.listdir(path))


def few(path, most):
    all_names = names(path)
    return random.sample(all_names, min(most, len(all_names)))


def saves_beside(turn):
    for path in (chosen := few(folder("bureau"), 40)):
        with open(path, "rb") as file:
            content = file.read()
        write(path + ".tmp", content[-20_000:] + prose(300))
        os.replace(path + ".tmp", path)
    return 3 * len(chosen)


def saves_with_backup(turn):
    """As word processors do: the old one aside, the new one in its place, the old one gone."""
    for path in (chosen := few(folder("bureau"), 8)):
        with open(path, "rb") as file:
            content = file.read()
        os.rename(path, path + ".bak")
        write(path, content[-20_000:] + prose(200))
        os.unlink(path + ".bak")
    return 4 * len(chosen)


def saves_in_place(turn):
    for path in (chosen := few(folder("bureau"), 60)):
        with open(path, "r+b") as file:
            file.seek(0, 2)
            file.write(prose(200))
    return len(chosen)


def new_papers(turn):
    at = folder("bureau")
    for n in range(20):
        write(os.path.join(at, f"note {turn % 40} {n}.txt"), prose(3000))
    return 20


def documents(turn):
    """Compressed documents, saved anew as a whole."""
    at = folder("courrier")
    for n in range(15):
        path = os.path.join(at, f"lettre {n}.docx")
        with zipfile.ZipFile(path + "~", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", prose(8000))
        os.replace(path + "~", path)
    return 30


def packed(turn):
    at = folder("à archiver")
    for n in range(15):
        write(os.path.join(at, f"{turn} {n}.txt"), prose(2000))
    older = [path for path in names(at) if not os.path.basename(path).startswith(f"{turn} ")][:15]
    if not older:
        return 15
    into = os.path.join(folder("archives"), f"{turn % 50}")
    kind = turn % 4
    if kind == 3:
        subprocess.run(["7z", "a", "-bd", into + ".7z", *older], check=True, stdout=subprocess.DEVNULL)
    elif kind == 0:
        with zipfile.ZipFile(into + ".zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in older:
                archive.write(path)
    else:
        with tarfile.open(into + (".tar.gz" if kind == 1 else ".tar"), "w:gz" if kind == 1 else "w") as archive:
            for path in older:
                archive.add(path)
    for path in older:
        os.unlink(path)
    return 16 + len(older)


def gzipped(turn):
    at = folder("journaux")
    for n in range(6):
        write(os.path.join(at, f"vieux {turn} {n}.log"), prose(4000))
    done = [path for path in names(at) if path.endswith(".log") and f" {turn} " not in path][:6]
    for path in done:
        subprocess.run(["gzip", "-f", path], check=True)
    for path in [path for path in names(at) if path.endswith(".gz")][:-60]:
        os.unlink(path)
    return 6 + 2 * len(done)


def logs_rotate(turn):
    at = folder("rotation")
    last = os.path.join(at, "serveur.log")
    write(last, prose(20_000))
    for n in range(7, 0, -1):
        if os.path.exists(f"{last}.{n}"):
            os.replace(f"{last}.{n}", f"{last}.{n + 1}")
    shutil.copyfile(last, last + ".1")
    os.truncate(last, 0)
    return 10


def base(turn):
    path = os.path.join(folder("base"), "actes.db")
    if not os.path.exists(path):
        write(path, b"")  # The database's own program would make it for its first user alone.
    with sqlite3.connect(path) as db:
        db.execute("create table if not exists actes (n integer, texte text)")
        for _ in range(20):
            with db:
                db.executemany("insert into actes values (?, ?)", [(n, "acte " * 20) for n in range(50)])
                db.execute("delete from actes where n % 7 = ?", [random.randrange(7)])
        with open(os.path.join(folder("base"), "dump.sql"), "w") as dump:
            dump.writelines(line + "\n" for line in db.iterdump())
        db.execute("delete from actes")
    if turn % 4 == 0:
        sqlite3.connect(path).execute("vacuum")
    return 45


def photographs(turn):
    at = folder("photos")
    for n in range(12):
        head = b"\xff\xd8\xff\xe0\x00\x10JFIF"
        write(os.path.join(at, f"fête {n}.jpg"), head + random.randbytes(30_000 + n))
    return 12


def mail(turn):
    at = folder("courriel", "cur")
    for n in range(25):
        write(os.path.join(at, f"{turn}.{n}"), b"Subject: x\n\n" + prose(1500))
    old = [path for path in names(at) if int(os.path.basename(path).split(".")[0]) < turn - 1][:15]
    for path in old:
        os.unlink(path)
    return 25 + len(old)


def mailbox(turn):
    path = os.path.join(folder("courriel"), "boîte.mbox")
    letters = [b"From x\n" + prose(2000) for _ in range(40)]
    write(path, b"".join(letters))
    write(path, b"".join(letters[turn % 20:]))
    return 2


def copied_over(turn):
    source, target = folder("bureau"), folder("copie")
    subprocess.run(["rsync", "-rc", "--no-times", source + "/", target + "/"], check=True)
    return 60


def repository(turn):
    at = folder("dépôt")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gc.auto=0", "-C", at]
    run = lambda *words: subprocess.run([*git, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.exists(os.path.join(at, ".git")):
        run("init", "-q")
        write(os.path.join(at, "début"), prose(100))
        run("add", "-A")
        run("commit", "-qm", "x")
    for n in range(12):
        write(os.path.join(at, f"page {n}.md"), prose(1500))
    run("add", "-A")
    run("commit", "-qm", "x", "--allow-empty")
    run("checkout", "-q", "HEAD~1")
    run("checkout", "-q", "-")
    return 60


def unpacked(turn):
    at = folder("paquet")
    for n in range(300):
        write(os.path.join(at, f"f{n}"), prose(400))
    path = os.path.join(ROOT, "paquet.tar")
    with tarfile.open(path, "w") as archive:
        archive.add(at, "paquet")
    shutil.rmtree(at)
    with tarfile.open(path) as archive:
        archive.extractall(ROOT, filter="data")
    shutil.rmtree(at)
    os.unlink(path)
    return 1202


def upgraded(turn):
    at = folder("logiciel")
    for n in range(60):
        path = os.path.join(at, f"module {n}.py")
        write(path + ".dpkg-new", prose(1500))
        os.replace(path + ".dpkg-new", path)
    return 120


def quarantined(turn):
    away = folder("quarantaine")
    for path in few(folder("copie"), 2):
        os.replace(path, os.path.join(away, os.path.basename(path)))
    return 2


def folder_deleted(turn):
    """What a clerk does now and then, and is asked about."""
    at = folder("classé")
    for path in names(at):
        os.unlink(path)
    return 500


WORK = [new_papers, saves_beside, saves_in_place, saves_with_backup, documents, logs_rotate, base,
        photographs, mailbox, unpacked, upgraded]
DELETES = [packed, gzipped, mail, quarantined, copied_over, repository]
PEOPLE = 3_000


def by_somebody(work, turn, person):
    """In a session of its own, as each person's work is."""
    read, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.setgroups([])
        os.setgid(20_000)
        os.setuid(20_000 + person % PEOPLE)
        os.environ.update(HOME=ROOT, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        os.write(told, str(work(turn)).encode())
        os._exit(0)
    os.close(told)
    said = os.read(read, 100)
    os.close(read)
    _, status = os.waitpid(child, 0)
    assert status == 0 and said, f"{work.__name__}: {status}"
    print(work.__name__, int(said), flush=True)


def main():
    os.umask(0)
    os.chmod(ROOT, 0o777)
    print("ready", flush=True)
    for n in range(500):
        write(os.path.join(folder("classé"), f"vieux {n}.txt"), prose(300))
    began, turn, person, deleted = time.monotonic(), 0, 0, 0
    while (spent := time.monotonic() - began) < SECONDS:
        chosen = list(WORK)
        if spent >= 20 * deleted:
            chosen.append(DELETES[deleted % len(DELETES)])
            deleted += 1
        for work in chosen:
            by_somebody(work, turn, person)
            person += 1
        turn += 1
    by_somebody(folder_deleted, turn, person)
    print("done", flush=True)


main()
