"""Words that resumes are made of, in English and Spanish: headings, titles, organisations, places."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """*text* in lower case without accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _table(groups: dict[str, str]) -> dict[str, str]:
    return {fold(name.strip()): section for section, names in groups.items() for name in names.split(";")}


#: Heading in words (folded, without signs) → section.
HEADINGS: dict[str, str] = _table(
    {
        "summary": "summary;profile;professional summary;professional profile;objective;career objective;about;about me;"
        "career summary;personal statement;highlights;summary of qualifications;qualifications;resumen;perfil;"
        "perfil profesional;objetivo;objetivo profesional;sobre mi;resumen profesional",
        "contact": "contact;contact information;contact details;personal information;personal details;contacto;"
        "datos personales;datos de contacto;informacion de contacto;informacion personal",
        "experience": "experience;work experience;professional experience;employment;employment history;work history;"
        "career history;relevant experience;clinical experience;nursing experience;job history;"
        "professional background;experience and employment;experiencia;experiencia laboral;experiencia profesional;"
        "historial laboral;trayectoria profesional;trayectoria laboral;empleo;experiencia clinica;trayectoria",
        "education": "education;education and training;academic background;training;academic history;studies;schooling;"
        "education and certifications;educacion;formacion;formacion academica;estudios;formacion y estudios;"
        "datos academicos;preparacion academica;clinical rotations;clinical rotation;rotations;practicum",
        "licenses": "licenses;license;licensure;licences;certifications;certificates;certification;"
        "licenses and certifications;licenses certifications;licensure and certifications;licensure certifications;"
        "certifications and licenses;certifications licenses;credentials;licencias;certificaciones;"
        "licencias y certificaciones;licencia;certificados;cursos y certificaciones",
        "skills": "skills;core skills;key skills;technical skills;core competencies;competencies;areas of expertise;"
        "expertise;clinical skills;skills and abilities;abilities;strengths;habilidades;competencias;aptitudes;"
        "conocimientos;destrezas;habilidades tecnicas;capacidades;skills summary",
        "languages": "languages;language skills;idiomas;lenguas",
        "volunteer": "volunteer;volunteering;volunteer experience;volunteer work;community service;"
        "community involvement;voluntariado;experiencia de voluntariado",
        "references": "references;professional references;referees;referencias;referencias personales;"
        "referencias laborales",
        "projects": "projects;personal projects;publications;research;awards;honors;honors and awards;achievements;"
        "interests;hobbies;memberships;affiliations;professional affiliations;professional memberships;proyectos;"
        "publicaciones;logros;premios;intereses;aficiones;reconocimientos;additional information;otros datos",
    }
)

#: Words of job titles (folded).
TITLE_WORDS = frozenset(
    fold(
        "nurse nurses rn lpn lvn cna np aprn charge staff manager supervisor director coordinator assistant aide"
        " technician tech specialist analyst engineer developer clerk cashier driver associate representative lead"
        " leader teacher instructor tutor therapist physician doctor paramedic emt medic phlebotomist receptionist"
        " secretary administrator consultant officer agent operator mechanic electrician cook chef server waiter"
        " waitress bartender barista host hostess cleaner housekeeper janitor guard worker laborer foreman carpenter"
        " plumber welder intern trainee student apprentice accountant bookkeeper lawyer paralegal designer architect"
        " scientist researcher pharmacist dentist hygienist caregiver companion nanny babysitter salesperson sales"
        " buyer planner recruiter generalist president founder owner partner editor writer journalist translator"
        " interpreter captain sergeant volunteer practitioner educator preceptor navigator"
        " enfermera enfermero enfermeria auxiliar asistente gerente supervisora supervisora coordinador coordinadora"
        " tecnico tecnica especialista ingeniero ingeniera cajero cajera conductor chofer vendedor vendedora maestro"
        " maestra profesor profesora medico medica recepcionista secretaria secretario administrador administradora"
        " jefe jefa encargado encargada obrero operario operaria cocinero cocinera mesero mesera camarero camarera"
        " limpiador limpiadora cuidador cuidadora practicante becario becaria contador contadora abogado abogada"
        " desarrollador desarrolladora analista director directora"
    ).split()
)

#: Words of organisations' names (folded).
ORGANISATION_WORDS = frozenset(
    fold(
        "hospital hospitals clinic clinics center centre health healthcare care system systems inc llc ltd corp"
        " corporation company co group university college school academy institute foundation agency services"
        " solutions partners associates labs laboratories pharmacy nursing-home rehabilitation rehab hospice"
        " home manor village store market restaurant cafe hotel bank department district county city state"
        " technologies industries bakery diner logistics warehouse airlines church army navy"
        " clinica centro hospitalario sanatorio universidad instituto escuela colegio empresa grupo compania"
        " sa s.a. fundacion residencia ayuntamiento secretaria imss issste salud farmacia restaurante tienda banco"
    ).split()
)

#: Words that make a dated line one about schooling or a certificate (folded).
DEGREE_WORDS = frozenset(
    fold(
        "bachelor bachelors master masters degree diploma bsn adn msn asn bs ba ms ma mba phd associate's ged"
        " graduated graduation university college school academy coursework gpa major minor institute certificate"
        " certification certified license licensed licence expires exp licenciatura licenciado grado maestria"
        " bachillerato titulo universidad escuela instituto colegio tecnologico certificado diplomado curso"
    ).split()
)

#: Words that no person's name has in a resume's first lines (folded).
NAME_STOPS = frozenset(
    fold(
        "resume résumé cv curriculum vitae vitæ hoja vida page street st avenue ave road drive apt suite phone email mail"
        " linkedin http https www address contact profile summary objective experience education skills references"
        " available confidential rn lpn lvn cna bsn msn adn np aprn ccrn acls bls phd md dnp pals fnp mba lic"
        " telefono correo direccion calle avenida perfil experiencia educacion resumen objetivo datos personales"
        " registered licensed certified united states updated date of birth"
    ).split()
)

STATES: dict[str, str] = {
    code: name.replace("_", " ")
    for code, name in (
        pair.split(":")
        for pair in (
            "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut DE:Delaware"
            " DC:District_of_Columbia FL:Florida GA:Georgia HI:Hawaii ID:Idaho IL:Illinois IN:Indiana IA:Iowa KS:Kansas"
            " KY:Kentucky LA:Louisiana ME:Maine MD:Maryland MA:Massachusetts MI:Michigan MN:Minnesota MS:Mississippi"
            " MO:Missouri MT:Montana NE:Nebraska NV:Nevada NH:New_Hampshire NJ:New_Jersey NM:New_Mexico NY:New_York"
            " NC:North_Carolina ND:North_Dakota OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania PR:Puerto_Rico"
            " RI:Rhode_Island SC:South_Carolina SD:South_Dakota TN:Tennessee TX:Texas UT:Utah VT:Vermont VA:Virginia"
            " WA:Washington WV:West_Virginia WI:Wisconsin WY:Wyoming"
        ).split()
    )
}

#: Names of the languages that are recognised, in English and in Spanish.
LANGUAGE_NAMES: dict[str, tuple[str, str]] = {
    "en": ("English", "inglés"),
    "es": ("Spanish", "español"),
    "fr": ("French", "francés"),
    "de": ("German", "alemán"),
    "pt": ("Portuguese", "portugués"),
    "it": ("Italian", "italiano"),
    "tl": ("Tagalog", "tagalo"),
    "ru": ("Russian", "ruso"),
    "zh": ("Chinese", "chino"),
    "ja": ("Japanese", "japonés"),
    "ko": ("Korean", "coreano"),
    "ar": ("Arabic", "árabe"),
    "hi": ("Hindi", "hindi"),
    "he": ("Hebrew", "hebreo"),
    "th": ("Thai", "tailandés"),
    "el": ("Greek", "griego"),
}
