"""Resumes of nurses as people really send them, for tests: a strong one, a weak one, one in Spanish, and broken files."""

from __future__ import annotations

import io
import zipfile

STRONG = """\
Maria Elena Lopez, RN, BSN
Austin, TX 78704 | (512) 555-0134 | maria.lopez@example.com

PROFESSIONAL SUMMARY
Registered Nurse with eight years in critical care. Calm with families, quick to ask for help, and careful
with handovers.

LICENSES & CERTIFICATIONS
Registered Nurse (RN), Texas Board of Nursing, compact, License No. 812345, active, expires 05/2029
Basic Life Support (BLS) and Advanced Cardiac Life Support (ACLS), American Heart Association, valid through 11/2028
Critical Care Registered Nurse (CCRN), 2021

PROFESSIONAL EXPERIENCE
ICU Registered Nurse, Mercy General Hospital, Austin, TX — March 2021 – Present
• Care for one to two critically ill adults a shift in a 24-bed medical ICU, most of them on ventilators.
• When a patient's pressure fell after surgery I called the rapid response team, started fluids by protocol and
stayed with the family; the bleed was found within ten minutes.
• Precept four new graduates a year and lead the unit's handover project, which halved missed medication notes.
Staff Nurse, Medical-Surgical, St. David's Medical Center, Austin, TX — June 2017 – February 2021
• Cared for five to six patients a shift, with bedside report and electronic charting in Epic.
• Charge nurse on night shift from 2019: assigned staff and settled conflicts between families and the team.
Certified Nursing Assistant, Sunrise Care Home, Round Rock, TX — 2015 – 2017
• Helped 12 residents a shift with meals, washing and walking.

EDUCATION
Bachelor of Science in Nursing (BSN), University of Texas at Austin, 2013 – 2017

SKILLS
Ventilator care, IV therapy, central lines, wound care, Epic charting, patient education, Spanish (fluent)
"""

WEAK = """\
Jordan Smith
jordan.smith@example.com
Dallas, TX
555-867-5309

OBJECTIVE
Caring nursing student seeking a first position as a Registered Nurse.

EDUCATION
Associate Degree in Nursing, Dallas College, expected June 2027
NCLEX-RN exam to be taken after graduation; RN license in progress.

EXPERIENCE
Nursing Assistant, Oak Manor, Dallas, TX — August 2025 – Present
• Assist RNs with vital signs and with moving patients.
Barista, Corner Coffee, Dallas, TX — 2022 – 2025
• Served guests and kept the till.

SKILLS
Friendly, hard-working, fast learner
"""

SPANISH = """\
Lucía Hernández Ramos
San Antonio, TX 78205 | (210) 555-0177 | lucia.hernandez@example.com

PERFIL PROFESIONAL
Enfermera titulada con nueve años de experiencia en cuidados intensivos y urgencias. Trabajo con calma, escucho a las
familias y cuido cada entrega de turno.

LICENCIAS Y CERTIFICACIONES
Licencia de enfermera registrada (RN) del estado de Texas, número 934112, vigente hasta 08/2028
Soporte vital básico (BLS) y soporte vital cardiovascular avanzado (ACLS), vigentes

EXPERIENCIA LABORAL
Enfermera de cuidados intensivos, Hospital Metodista, San Antonio, TX — enero de 2020 – actualidad
• Atiendo a dos pacientes críticos por turno, con ventilación mecánica y monitoreo hemodinámico.
• Superviso a tres enfermeras de nuevo ingreso cada año.
Enfermera de urgencias, Hospital General de México, Ciudad de México — marzo de 2016 – diciembre de 2019
• Clasificación de pacientes y atención inicial de traumatismos.

FORMACIÓN ACADÉMICA
Licenciatura en Enfermería, Universidad Nacional Autónoma de México, 2011 – 2015

HABILIDADES
Ventilación mecánica, terapia intravenosa, triaje, inglés avanzado
"""


def as_pdf(text: str, *, pages: int = 1, password: str | None = None, owner_only: bool = False) -> bytes:
    """*text* as a PDF with page numbers; repeated on *pages* pages. With *password* it is locked, unless
    *owner_only*: then anybody can read it, but not change it."""
    from reportlab.lib import pdfencrypt
    from reportlab.lib.pagesizes import letter
    from reportlab.pdfgen import canvas

    lock = None
    if password is not None:
        lock = pdfencrypt.StandardEncryption("" if owner_only else password, ownerPassword=password)
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=letter, encrypt=lock)
    page.setTitle("Resume")
    for number in range(1, pages + 1):
        y = 750
        for line in text.splitlines():
            heading = line.isupper()
            page.setFont("Helvetica-Bold" if heading else "Helvetica", 11 if heading else 9)
            page.drawString(50, y, line)
            y -= 13 if line else 7
        page.setFont("Helvetica", 8)
        page.drawString(280, 30, f"Page {number} of {pages}")
        page.showPage()
    page.save()
    return buffer.getvalue()


def as_docx(text: str, *, table: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """*text* as a Word file, one paragraph a line, and then *table*."""
    import docx

    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                grid.cell(r, c).text = cell
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def scanned_pdf() -> bytes:
    """A picture of a page, as a scanner makes it: nothing in it is text."""
    from PIL import Image, ImageDraw
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    picture = Image.new("L", (850, 1100), 255)
    ImageDraw.Draw(picture).text((100, 100), "Maria Lopez, RN\nMercy General Hospital", fill=0)
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawImage(ImageReader(picture), 0, 0, 595, 842)
    page.showPage()
    page.save()
    return buffer.getvalue()


def blank_pdf() -> bytes:
    """A page with nothing on it."""
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.showPage()
    page.save()
    return buffer.getvalue()


def zip_bomb_docx() -> bytes:
    """A Word file of a few hundred kilobytes that would unpack to 300 MB."""
    good = io.BytesIO(as_docx("Maria Lopez"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != "word/document.xml":
                target.writestr(name, source.read(name))
        with target.open("word/document.xml", "w") as part:
            for _ in range(300):
                part.write(b" " * (1 << 20))
    return buffer.getvalue()


def strong_pdf() -> bytes:
    """An experienced ICU nurse with everything a registered nurse's role asks for."""
    return as_pdf(STRONG)


def weak_pdf() -> bytes:
    """A nursing student: no licence yet, no nursing experience."""
    return as_pdf(WEAK)


def spanish_pdf() -> bytes:
    """An experienced nurse whose resume is in Spanish."""
    return as_pdf(SPANISH)
