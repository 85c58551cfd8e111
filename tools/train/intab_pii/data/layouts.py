"""Whole texts: messages, e-mails, chats, forms, CVs, letters, logs, JSON, CSV and other records, notes, lists and fragments.

Each function gives the pieces of one text.
"""
from __future__ import annotations

import json

from . import numbers
from .draw import Draw, Pieces
from .entities import ENTITIES, company, email, entity, fill
from .fillers import FILLERS, hash_value, noun, time, title, url
from .names import person
from .places import address, city, post_code, street
from .sentences import CONTACT, DATED, MONEY, NAMED, NETWORK, PLAIN

_POOLS, _WEIGHTS = [NAMED, CONTACT, MONEY, DATED, NETWORK, PLAIN], [26, 18, 15, 11, 5, 38]


def _capital(pieces: Pieces) -> Pieces:
    text, label = pieces[0] if pieces else ("", None)
    return [(text[:1].upper() + text[1:], label)] + pieces[1:] if text and label is None else pieces


def sentence(d: Draw, pools=None) -> Pieces:
    """One sentence, mostly with a capital and a full stop."""
    pool = d.pick(pools) if pools else d.rng.choices(_POOLS, _WEIGHTS)[0]
    pieces = fill(d, d.own(pool))
    if d.chance(0.7):
        pieces = _capital(pieces)
    if d.chance(0.72) and pieces and pieces[-1][0][-1:] not in ".!?,:;{}>":
        pieces.append((d.pick([".", ".", ".", ".", ".", "!", ";", "..."]), None))
    return pieces


def paragraph(d: Draw, count: int, pools=None) -> Pieces:
    out: Pieces = []
    gap = d.pick([" ", " ", " ", " ", "\n", "  "])
    for i in range(count):
        out += ([(gap if out[-1][0][-1:] in ".!?;:,\n" or gap == "\n" else d.pick([". ", ", ", " and ", " - ", "; ", ". ", "\n"]), None)] if i else []) + sentence(d, pools)
    return out


def message(d: Draw) -> Pieces:
    return paragraph(d, d.pick([1, 1, 1, 2, 2, 3, 3, 4, 5, 6]))


def plain(d: Draw) -> Pieces:
    return paragraph(d, d.pick([1, 1, 2, 3, 4, 5]), [PLAIN])


def fragment(d: Draw) -> Pieces:
    """A value by itself, or a few in a row."""
    slots = ["NAME", "NAME", "NAME", "FIRST", "EMAIL", "EMAIL", "ADDRESS", "ADDRESS", "PHONE", "PHONE", "CARD", "IBAN", "DATE", "DATE", "IP", "IBAN", "CARD"]
    count = d.pick([1, 1, 1, 2, 3, 4, 6])
    gap = d.pick([", ", ", ", "\n", "; ", " / ", " | ", " ", " - ", "\t", " and "])
    if d.chance(0.3):
        slots = [d.pick(slots)]
    out: Pieces = []
    for i in range(count):
        slot = d.pick(slots)
        if gap in (" ", " and ", " - ") and slot in ("PHONE", "DATE") and out:
            slot = "EMAIL"  # digits that follow each other would run together
        out += ([(gap, None)] if i else []) + entity(d, "FIRST" if slot == "NAME" and gap == " " else slot)
    return out


def people(d: Draw) -> Pieces:
    """A list of names: attendees, players, authors."""
    slot = d.pick(["NAME", "NAME", "FIRST"])
    head = d.pick(["", "", "Attendees: ", "Present: ", "participants: ", "Team: ", "Guests:\n", "Authors: ", "Cast: ", "Players:\n", "cc: ", "Signed by ", "Thanks to ", "With ", "Members\n", "Absent: ", "Speakers: ", "Family: "])
    gap = d.pick([", ", ", ", "\n", "; ", " & ", "\n- ", " / ", ", "])
    out: Pieces = [(head, None)] if head else []
    count = d.between(2, 9)
    for i in range(count):
        out += ([(d.pick([" and ", ", and ", gap]) if i == count - 1 else gap, None)] if i else []) + entity(d, slot)
        if d.chance(0.08):
            out += [(" (", None), (d.pick([FILLERS["job"](d), company(d), "chair", "guest", "online", "minutes"]), None), (")", None)]
    return out


_BYES = ["Best regards", "Kind regards", "Regards", "Best", "Cheers", "Thanks", "Thank you", "Sincerely", "Yours sincerely", "Warm regards", "Many thanks", "All the best", "Yours faithfully", "Mit freundlichen Grüßen", "Cordialement", "Saludos", "Best wishes", "Love", "BR", "Thx", "--", "Greetings", "Respectfully", "Take care", "xoxo"]
_TEAMS = ["team", "all", "everyone", "Sir or Madam", "Sir/Madam", "customer", "support team", "there", "colleagues", "folks", "Hiring Manager", "friends"]


def greeting(d: Draw) -> Pieces:
    head = d.pick(["Hi", "Hello", "Dear", "Hey", "Good morning", "hi", "hello", "Dear", "Hallo", "Good afternoon"])
    roll = d.random()
    if roll < 0.4:
        who: Pieces = entity(d, "FIRST")
    elif roll < 0.55:
        who = [(d.pick(["Mr ", "Mrs ", "Ms ", "Mr. ", "Ms. ", "Dr. ", "Dr ", "Prof. ", "Professor ", "Herr ", "Frau "]), None)] + entity(d, "LAST")
    elif roll < 0.65:
        who = entity(d, "NAME")
    elif roll < 0.72:
        who = entity(d, "FIRST") + [(d.pick([" and ", ", ", " & "]), None)] + entity(d, "FIRST")
    else:
        who = [(d.pick(_TEAMS), None)]
    return [(head + " ", None)] + who + [(d.pick([",", ",", "!", "", ":"]), None)]


_LABELS = {"PHONE": ["T: ", "Tel: ", "Phone: ", "M: ", "Mobile: ", "Tel. ", "", "p ", "Cell: ", "☎ ", "Fax: ", "Office: ", "Direct: "], "EMAIL": ["", "Email: ", "E: ", "E-mail: ", "mail: ", "✉ ", "e "], "ADDRESS": ["", "", "Address: ", "A: ", "Office: "]}


def signature(d: Draw) -> Pieces:
    who = d.people[0] if d.people and d.chance(0.3) else person(d)
    out: Pieces = [(d.pick(_BYES) + d.pick([",", ",", "", "!"]) + d.pick(["\n", "\n", "\n\n", " "]), None)]
    if d.chance(0.06):
        return out + [(d.pick(["The Support Team", "Your team", company(d), "Customer Service"]), None)]
    out.append((who.first if d.chance(0.4) else who.full(d), "NAME"))
    if d.chance(0.55):
        return out
    gap = d.pick(["\n", "\n", "\n", " | ", " · ", ", "])
    if d.chance(0.6):
        out.append((gap + FILLERS["job"](d), None))
    if d.chance(0.5):
        out.append((gap + company(d), None))
    for slot, value in (("ADDRESS", lambda: address(d, gap == "\n" and d.chance(0.5))), ("PHONE", lambda: numbers.phone(d)), ("PHONE", lambda: numbers.phone(d)), ("EMAIL", lambda: email(d, who))):
        if d.chance(0.45):
            out += [(gap + d.pick(_LABELS[slot]), None), (value(), slot)]
    if d.chance(0.25):
        out.append((gap + url(d), None))
    return out


def mail(d: Draw) -> Pieces:
    out: Pieces = []
    if d.chance(0.35):
        for head in ["From", "To", "Cc", "Date", "Sent", "Subject"]:
            if d.chance(0.65):
                out.append((head + ": ", None))
                if head in ("Date", "Sent"):
                    out += [(d.pick(["", "", "Mon, ", "Tue, ", "Friday, "]), None), (numbers.date(d), "DATE"), (" " + time(d) + d.pick(["", "", " +0100", " (UTC)"]) if d.chance(0.7) else "", None)]
                elif head == "Subject":
                    out.append((title(d), None)) if d.chance(0.5) else out.extend(sentence(d))
                else:
                    for i in range(d.pick([1, 1, 1, 2, 3])):
                        who = person(d)
                        out += ([(d.pick(["; ", ", "]), None)] if i else []) + d.pick([[(who.full(d), "NAME"), (" <", None), (email(d, who), "EMAIL"), (">", None)], [(email(d, who), "EMAIL")], [(who.full(d), "NAME")], [('"', None), (who.full(d), "NAME"), ('" <', None), (email(d, who), "EMAIL"), (">", None)]])
                out.append(("\n", None))
        out.append(("\n", None))
    out += greeting(d) + [(d.pick(["\n", "\n\n", "\n\n", " "]), None)]
    for i in range(d.pick([1, 1, 2, 3])):
        out += ([("\n\n", None)] if i else []) + paragraph(d, d.between(1, 4))
    out += [(d.pick(["\n", "\n\n", "\n\n"]), None)] + signature(d)
    if d.chance(0.12):
        who = person(d)
        out += [("\n\n" + d.pick(["On ", "> On ", "Am "]), None), (numbers.date(d), "DATE"), (d.pick([", ", " at " + time(d) + ", ", " um " + time(d) + " "]), None), (who.full(d), "NAME"), (d.pick([" wrote:", " <"]), None)]
        if out[-1][0] == " <":
            out += [(email(d, who), "EMAIL"), ("> wrote:", None)]
        out += [("\n> ", None)] + sentence(d)
    return out


def chat(d: Draw) -> Pieces:
    speakers = [d.pick([lambda: [(person(d).first, "NAME")], lambda: [(person(d).full(d), "NAME")], lambda: [(d.pick(["Agent", "Support", "Bot", "Customer", "User", "me", "You", "Admin", "Operator", "Visitor"]), None)]])() for _ in range(d.pick([2, 2, 3]))]
    stamp = d.below(5)
    colon = d.pick([": ", ": ", " - ", " > ", "> ", ":\n"])
    out: Pieces = []
    for i in range(d.between(2, 8)):
        if i:
            out.append(("\n", None))
        if stamp == 0:
            out.append((d.pick(["[{}] ", "{} "]).format(time(d)), None))
        elif stamp == 1:
            out += [("[", None), (numbers.date(d), "DATE"), (", " + time(d) + "] ", None)]
        out += d.pick(speakers) + [(colon, None)] + paragraph(d, d.pick([1, 1, 2]))
    return out


# label of a form's field: slot of its value; lower-case slots are fillers
FIELDS = [(label, slot) for slot, labels in {
    "NAME": "Name|Full name|Customer name|Patient|Patient name|Contact|Contact person|Account holder|Cardholder|Name on card|Applicant|Employee|Tenant|Landlord|Beneficiary|Emergency contact|Recipient|Sender|Ordered by|Buyer|Seller|Owner|Manager|Author|Assigned to|Reported by|Attn|Guest|Passenger|Student|Teacher|Physician|Doctor|Signed|Bill to|Ship to|Nom|Nombre|Naam|Insured|Policyholder|Witness|Candidate|Interviewer|Payee|Customer|User|Client|Next of kin",
    "FIRST": "First name|Given name|Forename|Nickname|Vorname|Prénom|Preferred name", "LAST": "Last name|Surname|Family name|Nachname|Maiden name|Apellido",
    "EMAIL": "Email|E-mail|Email address|Mail|Contact email|Work email|Login|Username|From|To|Reply-To|PayPal|E-Mail-Adresse|Courriel|User", "PHONE": "Phone|Telephone|Tel|Tel.|Mobile|Cell|Phone number|Contact number|Fax|Home phone|Work phone|WhatsApp|Mobil|Telefon|Handy|Téléphone|Teléfono|Daytime phone|Emergency phone",
    "ADDRESS": "Address|Home address|Delivery address|Billing address|Shipping address|Street address|Mailing address|Postal address|Adresse|Dirección|Indirizzo|Residence|Location of accident|Ship to|Deliver to|Property address|Registered office|Current address|Pickup address|Destination",
    "CARD": "Card|Card number|Card no.|Credit card|Credit card number|Debit card|Visa|Mastercard|CC|PAN|Payment card|Kreditkarte", "EXPIRY": "Expiry|Exp|Expires|Expiration|Valid thru|Exp. date|Expiry date", "IBAN": "IBAN|Account (IBAN)|Bank account|Creditor account|Iban|Account|Refund to|Pay to",
    "ACCOUNT": "Account number|Account no.|Acct|Account|Bank account|Acc no|Konto|A/C No|Checking account|Account #", "SORT": "Sort code|Sort Code|BSB|Branch code|BLZ", "ROUTING": "Routing number|Routing|ABA|Routing no.|ABA routing",
    "MEMBER": "Customer number|Customer no.|Customer ID|Client number|Member ID|Membership no.|Policy number|Policy no.|Insurance number|Account ID|Patient ID|MRN|Student ID|Employee ID|Kundennummer|Loyalty number|Insurance policy|Member number|Contract account|Subscriber ID|Health plan ID|Frequent flyer no.|Medical record no.",
    "IDENTITY": "SSN|Social security number|Passport|Passport no.|Passport number|National ID|ID number|NI number|Tax ID|Driver's license|Licence number|NHS number|Personal ID|NIF|Codice fiscale|CPF|Steuer-ID|Social Security No.", "DATE": "Date|Date of birth|DOB|D.O.B.|Birth date|Birthday|Born|Geburtsdatum|Issued|Due date|Invoice date|Start date|End date|Valid until|Valid from|Admission date|Discharge date|Visit date|Order date|Delivery date|Check-in|Check-out|Departure|Arrival|Date of issue|Appointment|Hire date|Deadline|Signed on|Date of accident|Effective date|Datum|Fecha|Created|Last login",
    "IP": "IP|IP address|Client IP|Source IP|Host|Server|Remote address|Gateway|DNS|Destination|IPv6|IPv4|Login IP|Endpoint",
    "order": "Order|Order number|Order no.|Invoice|Invoice number|Invoice no.|Ticket|Reference|Ref|Case|Booking|PO number|Confirmation", "price": "Amount|Total|Price|Subtotal|Balance|Fee|Salary|Deposit|Tax|Shipping|Discount|Rent", "qty": "Quantity|Qty|Nights|Guests|Pages|Seats|Age|Years of experience|Rooms", "product": "Product|Item|Model|Device|Description|Vehicle", "company": "Company|Employer|Organization|Bank|Insurer|Airline|Vendor|Supplier|Business name|School",
    "Title": "Subject|Title|Topic|Project|Department|Notes|Course|Event|Comment", "time": "Time|Start|End|Opening hours|Check-in time|Duration", "city": "City|Place of birth|Birthplace|Branch|Location|From|To|Venue|Region", "country": "Country|Nationality|Citizenship|Market", "job": "Job title|Position|Occupation|Role|Profession|Title|Beruf", "version": "Version|Build|Release|App version|Firmware", "part": "SKU|Part number|Model no.|Serial number|Article|Flight|Product code", "word": "Status|Type|Category|Priority|Gender|Colour|Language|Plan|Method|Reason|Department|Unit|Format|Size",
    "tracking": "Tracking|Tracking number|Shipment|Parcel", "isbn": "ISBN", "url": "Website|URL|Link|Homepage|LinkedIn", "hash": "Session|Request ID|Token|Hash|UUID|ID|Trace ID|Commit", "year": "Year|Year built|Graduated|Class of|Model year", "measure": "Weight|Height|Dose|Size|Temperature|Blood pressure", "do": "Request|Action|Next step|To do", "bic": "BIC|SWIFT|BIC/SWIFT", "cvv": "CVV|CVC|Security code", "mac": "MAC|MAC address", "percent": "Rate|Discount|Share|VAT",
}.items() for label in labels.split("|")]


def _value(d: Draw, slot: str, multi_line: bool = False) -> Pieces:
    if slot == "ADDRESS":
        return [(address(d, multi_line), "ADDRESS")]
    if slot == "NAME" and d.chance(0.12):
        who = person(d)
        return [(f"{who.last}, {who.first}", "NAME")]
    if slot in ENTITIES:
        return entity(d, slot)
    return fill(d, "{" + slot + "}")


def _fields(d: Draw, low: int, high: int) -> list[tuple[str, str]]:
    out = [d.own(FIELDS) for _ in range(d.between(low, high))]
    if d.chance(0.25):  # an address in parts
        out += [("Street", "street"), (d.pick(["ZIP", "Postcode", "Zip code", "Postal code", "PLZ"]), "code"), (d.pick(["City", "Town", "City"]), "town")]
        if d.chance(0.4):
            out.append(("Country", "country"))
    return out


def _part(d: Draw, slot: str, country: str, multi_line: bool = False) -> Pieces:
    """A field's value, where an address may stand in parts: street, post code and city are each an address."""
    parts = {"street": street, "code": post_code, "town": city}
    return [(parts[slot](d, country), "ADDRESS")] if slot in parts else _value(d, slot, multi_line)


_PLACES = ["us", "uk", "de", "fr", "au", "it", "es", "nl", "ca", "in"]


def form(d: Draw) -> Pieces:
    colon = d.pick([": ", ": ", ": ", ": ", " : ", ":", " = ", "\t", ":\n", " - ", ":  ", " | "])
    gap = d.pick(["\n", "\n", "\n", "\n", "\n\n", ", ", "; ", " | ", " "])
    bullet = d.pick(["", "", "", "", "- ", "* ", "• "])
    bold = d.chance(0.08)
    case = d.pick([str, str, str, str.lower, str.upper])
    country = d.pick(_PLACES)
    out: Pieces = [(title(d) + "\n", None)] if d.chance(0.15) else []
    for i, (label, slot) in enumerate(_fields(d, 1, 8)):
        head = f"**{case(label)}**" if bold else case(label)
        out += [((gap if i else "") + bullet + head + colon, None)] + _part(d, slot, country, gap.startswith("\n") and d.chance(0.3))
    return out


def record(d: Draw) -> Pieces:
    """JSON, YAML, XML, a query string, SQL or key=value."""
    kind, country = d.below(7), d.pick(_PLACES)
    key = d.pick([lambda s: s.lower().replace(" ", "_").replace(".", "").replace("-", "_"), lambda s: s[:1].lower() + s[1:].title().replace(" ", "").replace(".", "")[1:], lambda s: s.upper().replace(" ", "_").replace(".", "")])
    out: Pieces = []
    fields = _fields(d, 1, 7)
    indent = d.pick(["", "\n  ", "\n    ", " "])
    for i, (label, slot) in enumerate(fields):
        name, value = key(label), _part(d, slot, country)
        quoted = [(json.dumps(text, ensure_ascii=False)[1:-1], label) for text, label in value]
        last = i == len(fields) - 1
        if kind < 3:
            number = slot in ("qty", "year", "number") or d.chance(0.02)
            mark = "" if number else '"'
            out += [(("{" if i == 0 else "") + indent + f'"{name}":{d.pick(["", " ", " "])}{mark}', None)] + quoted + [(mark + ("" if last else ","), None)]
            if last:
                out.append(((indent.rstrip(" ") if "\n" in indent else "") + "}", None))
        elif kind == 3:
            mark = d.pick(["", "", '"', "'"])
            out += [(f"{name}: {mark}", None)] + value + [(mark + ("" if last else "\n"), None)]
        elif kind == 4:
            tag = name.replace("'", "").replace("(", "").replace(")", "").replace("#", "")
            out += [(f"{indent}<{tag}>", None)] + value + [(f"</{tag}>", None)]
        elif kind == 5:
            mark = d.pick(["", '"', "'"])
            out += [(f"{name}={mark}", None)] + value + [(mark + ("" if last else d.pick([" ", "\n", " ", "&", ", "])), None)]
        else:
            out += [(f"INSERT INTO {noun(d)} VALUES ('" if i == 0 else "", None)] + [(text.replace("'", "''"), label) for text, label in value] + [("');" if last else "', '", None)]
    return out


def table(d: Draw) -> Pieces:
    """CSV or Markdown rows, with or without a head."""
    columns = [d.own(FIELDS) for _ in range(d.between(2, 6))]
    s = d.pick([",", ",", ";", "\t", ", ", " | ", "|"])
    edge = ("| ", " |") if s == " | " else ("", "")
    quote = s == "," and d.chance(0.5)
    out: Pieces = []
    if d.chance(0.7):
        out.append((edge[0] + s.join(d.pick([str, str.lower])(label) for label, _ in columns) + edge[1] + "\n", None))
        if s == " | ":
            out.append(("|" + "---|" * len(columns) + "\n", None))
    for row in range(d.between(1, 5)):
        out.append((("\n" if row else "") + edge[0], None))
        for i, (_, slot) in enumerate(columns):
            value = _value(d, slot)
            mark = '"' if quote or (s == "," and any("," in text for text, _ in value)) else ""
            out += [((s if i else "") + mark, None)] + value + [(mark, None)]
        out.append((edge[1], None))
    return out


_LOGS = [
    "{DATE} {time} [INFO|WARN|ERROR|DEBUG] [{word}: |][login failed|login|request|session started|password reset|connection closed] [for|user=|by] {EMAIL} from {IP}", "{DATE}T{clock}Z [INFO|WARN|ERROR] {word}: {did} [user={EMAIL}|ip={IP}|id={hash}|order={order}]", "{IP} - - [[{DATE}:{clock} +0000|-] GET /{word}/{number} HTTP/1.1 200 {number}",
    "{DATE} {clock},{cvv} - {word} - [INFO|ERROR] - [user {NAME} ({EMAIL})|client {IP}|customer {MEMBER}|{noun} {hash}] {did}", "[{clock}] [INFO|WARN] {word} {word} took {number} ms", "{DATE} {clock} sshd[{number}]: [Accepted|Failed] password for {word} from {IP} port {number} ssh2", "[error|warning|info]: {word} {word} at line {number}, version {version}", "{DATE} {clock} {IP} -> {IP} [TCP|UDP] {port} {number} bytes",
    "{DATE} {clock} payment [declined|accepted] card={CARD} amount={price} order={order}", "level=[info|warn|error] ts={DATE}T{clock} msg={word} user={EMAIL} ip={IP} version={version}", "{IP} [GET|POST] {url} {number}", "{DATE} {clock} mail sent to {EMAIL} id={hash}", "at {word}.{word} ({word}.js:{number}:{number})", "kernel: [{number}.{number}] {word}: {word} {mac}", "{DATE} {clock} audit: {NAME} {did}", "Received: from mail.{word}.com ({IP}) by mx.{word}.net; {DATE} {clock}",
]
_LOGS = [line.replace("sshd[{number}]", "sshd").replace("[[{DATE}:{clock} +0000|-]", "{DATE}:{clock} +0000").replace("kernel: [{number}.{number}]", "kernel: {number}") for line in _LOGS]
FILLERS["clock"] = lambda d: f"{d.below(24):02d}:{d.below(60):02d}:{d.below(60):02d}"


def log(d: Draw) -> Pieces:
    lines = [d.own(_LOGS) for _ in range(d.pick([1, 1, 2]))]
    out: Pieces = []
    for i in range(d.between(1, 6)):
        out += ([("\n", None)] if i else []) + fill(d, d.pick(lines))
    return out


def letter(d: Draw) -> Pieces:
    """A letter of a bank, a clinic or an authority: sender, recipient, date, body, signature."""
    who = person(d)
    out: Pieces = []
    if d.chance(0.4):
        out += [(company(d) + "\n", None), (address(d, True), "ADDRESS"), ("\n\n", None)]
    out += [(d.pick(["", "", "Mr ", "Ms ", "Herr ", "To: "]), None), (who.full(d), "NAME"), ("\n", None), (address(d, True), "ADDRESS"), ("\n\n", None)]
    out += [(d.pick(["", "Date: ", city(d, "de") + ", ", "", city(d, "fr") + ", le "]), None), (numbers.date(d), "DATE"), ("\n\n", None)]
    if d.chance(0.6):
        out += [(d.pick(["Re: ", "Subject: ", "RE: ", ""]) + title(d) + "\n", None)]
    out += [(d.pick(["Dear ", "Dear Mr ", "Dear Ms ", "Dear Mrs. ", "Dear Dr. "]), None), (who.last, "NAME"), (",\n\n", None)] + paragraph(d, d.between(2, 5), [MONEY, DATED, NAMED, CONTACT, PLAIN, PLAIN])
    return out + [("\n\n", None)] + signature(d)


def resume(d: Draw) -> Pieces:
    who = person(d)
    full = who.full(d)
    gap = d.pick(["\n", " | ", " · ", ", ", "\n"])
    out: Pieces = [(d.pick(["", "", "CURRICULUM VITAE\n", "Resume\n", "# "]), None), (full.upper() if d.chance(0.25) else full, "NAME"), ("\n", None)]
    if d.chance(0.6):
        out.append((FILLERS["job"](d).title() + "\n", None))
    for i, (slot, value) in enumerate((("ADDRESS", address(d)), ("PHONE", numbers.phone(d)), ("EMAIL", email(d, who)))):
        if d.chance(0.75):
            out += [(d.pick(_LABELS[slot]), None), (value, slot), (gap, None)]
    for _ in range(d.between(1, 4)):
        out.append(("\n\n" + d.pick(["Experience", "EDUCATION", "Work experience", "Employment", "Education", "Projects", "References", "Skills", "Summary", "Profile", "Languages", "Awards"]) + "\n", None))
        for _ in range(d.between(1, 3)):
            roll = d.random()
            if roll < 0.55:
                month = lambda: d.pick([f"{d.pick(numbers.MONTHS)} {d.between(1990, 2026)}", f"{d.pick(numbers.MONTHS)[:3]} {d.between(1990, 2026)}", f"{d.between(1, 12):02d}/{d.between(1990, 2026)}"])
                stay: Pieces = [(f"{d.between(1985, 2024)}{d.pick(['-', ' – ', ' - '])}{d.pick([str(d.between(1986, 2026)), 'present', 'now'])}", None)] if d.chance(0.4) else [(month(), "DATE"), (d.pick([" - ", " – ", " to "]), None), (month(), "DATE") if d.chance(0.7) else (d.pick(["Present", "today", "now"]), None)]
                role: Pieces = [(f"{FILLERS['job'](d).title()}{d.pick([', ', ' at ', ' | ', ' - '])}{company(d)}{d.pick(['', ', ' + city(d, 'us')])}", None)]
                out += (stay + [(d.pick([": ", "  ", "\n", " "]), None)] + role if d.chance(0.5) else role + [(d.pick([" (", "\n(", " ("]), None)] + stay + [(")", None)]) + [("\n", None)]
            elif roll < 0.7:
                out += [("", None)] + entity(d, "NAME") + [(f", {FILLERS['job'](d)}, ", None)] + entity(d, d.pick(["PHONE", "EMAIL"])) + [("\n", None)]
            else:
                out += sentence(d, [PLAIN]) + [("\n", None)]
    return out


def notes(d: Draw) -> Pieces:
    bullet = d.pick(["- ", "* ", "• ", "[ ] ", "- [ ] ", "→ ", ""])
    out: Pieces = [(d.pick([title(d), noun(d), "todo", "TODO", "Notes", "Minutes", "Shopping list", "Agenda", "Call notes"]) + d.pick([":", ""]) + "\n", None)] if d.chance(0.6) else []
    for i in range(d.between(1, 7)):
        pieces = fill(d, d.pick(["call {NAME} [{PHONE}|on {PHONE}|about the {thing}|]", "{NAME}: {do}", "{do} ({FIRST})", "{do}", "{noun}, {noun}", "{DATE} {do}", "{time} {noun} with {FIRST}", "email {EMAIL}", "{qty} {plural}", "ask {FIRST} [to {do}|about {noun}]", "{noun} for {FIRST}", "{FIRST} -> {do}", "{weekday}: {do}", "{Noun} {noun}", "dentist {DATE} {time}", "{ADDRESS}", "{FIRST} & {FIRST} {did}", "@{FIRST} {do}", "{price} {noun}", "pay {NAME} {price}, {IBAN}", "{NAME} {PHONE}", "{product} {price}"])) if d.chance(0.7) else sentence(d)
        out += [(("\n" if i else "") + (f"{i + 1}. " if bullet == "" and d.chance(0.6) else bullet), None)] + pieces
    return out


def contact_block(d: Draw) -> Pieces:
    """Name, address and what else stands below it."""
    who, gap = person(d), d.pick(["\n", "\n", "\n", ", ", " - "])
    out: Pieces = [(d.pick(["", "", "", "Ship to:\n", "Contact:\n", "Deliver to:\n", "Bill to\n"]), None), (who.full(d), "NAME")]
    for slot, value in (("job", ""), ("company", ""), ("ADDRESS", address(d, gap == "\n" and d.chance(0.8))), ("PHONE", numbers.phone(d)), ("EMAIL", email(d, who))):
        if d.chance(0.25 if slot.islower() else 0.65):
            out += [(gap, None)] + (fill(d, "{" + slot + "}") if slot.islower() else [(d.pick(_LABELS[slot]) if d.chance(0.4) else "", None), (value, slot)])
    return out


def long(d: Draw) -> Pieces:
    """Several texts one after the other."""
    out: Pieces = []
    for i in range(d.between(3, 9)):
        out += ([(d.pick(["\n\n", "\n", "\n\n---\n\n", "\n\n\n"]), None)] if i else []) + d.pick([message, plain, mail, chat, form, notes, letter, table, log, people, contact_block])(d)
    return out


LAYOUTS = {"message": (message, 34), "plain": (plain, 14), "fragment": (fragment, 5), "people": (people, 3), "mail": (mail, 9), "chat": (chat, 6), "form": (form, 9), "record": (record, 6), "table": (table, 4), "log": (log, 4), "letter": (letter, 3), "resume": (resume, 2), "notes": (notes, 5), "contact block": (contact_block, 4), "long": (long, 1.2)}
