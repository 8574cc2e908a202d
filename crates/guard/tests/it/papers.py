"""Makes the papers of a town hall: files of real formats, each opened by its own program.

Usage: papers.py FOLDER COUNT. The same count gives the same names; about 10 KB each.
"""
import glob, os, random, sqlite3, subprocess, sys, zipfile, zlib

ROOT, COUNT = sys.argv[1], int(sys.argv[2])
KINDS = ["txt", "docx", "odt", "pdf", "jpg", "csv", "sqlite"]
WORDS = "délibération budget cantine élèves marché mariage voirie séance arrêté école salle".split()
random.seed(59)


def prose(length):
    return " ".join(random.choice(WORDS) + str(random.randrange(1000)) for _ in range(length // 12))


def txt(path, number):
    with open(path, "w") as file:
        file.write(prose(500 + number * 97 % 20_000) + "\n")


def csv(path, number):
    with open(path, "w") as file:
        file.writelines(f"{n};{random.choice(WORDS)};{random.random():.6f}\n" for n in range(20 + number % 400))


def zipped(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, kind)


def docx(path, number):
    zipped(path, [
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", f"<document>{prose(3000 + number * 131 % 40_000)}</document>"),
    ])


def odt(path, number):
    zipped(path, [
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", f"<document>{prose(3000 + number * 131 % 40_000)}</document>"),
    ])


def pdf_of(pages):
    """One page for each piece of drawing instructions."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode()]
    for n, page in enumerate(pages):
        packed = zlib.compress(page.encode())
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %d 0 R>>" % (4 + 2 * n))
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed))
    body, places = b"%PDF-1.7\n", []
    for at, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (at, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % (size, table, size, len(body))


def picture():
    """Colours and triangles, as drawing instructions."""
    def corner():
        return f"{random.randrange(300)} {random.randrange(200)}"

    def triangle():
        colour = " ".join(f"{random.random():.2f}" for _ in range(3))
        return f"{colour} rg {corner()} m {corner()} l {corner()} l f"
    return "\n".join(triangle() for _ in range(60))


def pdf(path, number):
    with open(path, "wb") as file:
        file.write(pdf_of([f"% {prose(2000 + number * 113 % 30_000)}\n{picture()}"]))


def sqlite(path, number):
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE resident (number INTEGER PRIMARY KEY, note TEXT)")
    base.executemany("INSERT INTO resident (note) VALUES (?)", [(prose(60),) for _ in range(10 + number % 150)])
    base.commit()
    base.close()


names = {number: os.path.join(ROOT, f"dossier {number:04}.{KINDS[number % 7]}") for number in range(COUNT)}
photos = [name for name in names.values() if name.endswith(".jpg")]
if photos:
    # One program takes all the photographs: of drawn pages.
    album = os.path.join(ROOT, "album.pdf")
    with open(album, "wb") as file:
        file.write(pdf_of([picture() for _ in photos]))
    subprocess.run(["pdftoppm", "-jpeg", "-r", "72", album, os.path.join(ROOT, "photo")], check=True)
    for made, name in zip(sorted(glob.glob(os.path.join(ROOT, "photo-*.jpg"))), photos, strict=True):
        os.rename(made, name)
    os.unlink(album)
for number, name in names.items():
    if not name.endswith(".jpg"):
        globals()[KINDS[number % 7]](name, number)
