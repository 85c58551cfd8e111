"""Slots that hold nobody's data: words, things, numbers, times, prices, products, companies and their like."""
from __future__ import annotations

from uuid import UUID

from common.english import COMMON
from intab_chat.data.wordlist import WORDS

from .draw import Draw
from .names import NAMES, syllables
from .numbers import MONTHS, ordinal
from .places import ALL_CITIES, COUNTRIES, city

_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun".split()
_THINGS = "order,parcel,package,invoice,refund,delivery,contract,account,password,subscription,laptop,phone,ticket,booking,reservation,report,form,document,letter,payment,bill,receipt,charger,headset,keyboard,chair,table,jacket,shoes,dress,camera,printer,router,bike,car,house,flat,key,meeting,project,presentation,budget,proposal,offer,quote,feedback,update,website,app,login,email,file,photo,video,passport,visa,insurance,claim,policy,prescription,test results,x-ray,appointment,lab report,washing machine,coffee machine,vacuum cleaner,sofa,lamp,bed,gift card,voucher,coupon,warranty,manual,spare part,battery,screen,cable,backup,server,database,license,plan,upgrade,newsletter,survey,application,CV,cover letter,reference,deposit,rent,lease,mortgage,loan,statement,balance,tax return".split(",")
_DO = "send the {thing},check the {thing},cancel the {thing},return the {thing},pay the {thing},sign the {thing},update the {thing},review the {thing},change the {thing},call back,call the office,book a table,confirm the {thing},reset the password,fix the {noun},clean the {noun},open the {thing},close the {thing},move the {noun},find the {thing},talk about the {thing},wait for the {thing},write a {noun},read the {thing},buy {plural},sell the {noun},bring {plural},prepare the {thing},discuss the budget,finish the {noun},start the {noun},join the call,leave early,stay at home,come to the office,order {plural},know more about the {thing},get a refund,speak to someone,track the {thing},download the {thing},upload the {thing},delete the {thing},print the {thing},schedule a meeting,plan the {noun},pick up the {thing},replace the {noun},test the {noun},learn {word},visit {city},travel to {country},meet in {city},work on the {noun},take a break,follow up on the {thing},archive the {thing},restart the {noun},compare {plural},measure the {noun},install {software}".split(",")
_DID = "called,left,arrived late,did not reply,sent the {thing},lost the {thing},signed the {thing},approved the {thing},asked for a refund,complained about the {thing},cancelled the {thing},found the {noun},fixed the {noun},bought a {noun},sold the {noun},broke the {noun},wrote a {noun},moved to {city},went to {city},came back,refused to {do},promised to {do},forgot to {do},decided to {do},stayed at home,won,lost,laughed,took the {noun},opened the {thing},closed the {thing},forgot the {noun},paid {price},paid the {thing},ordered {plural},returned the {thing},said yes,said no,confirmed the {thing},shared the {thing},reviewed the {thing},presented the {thing},missed the {thing},was {adj},visited {country},started the {noun},finished the {thing}".split(",")
_JOBS = "engineer,teacher,nurse,doctor,lawyer,accountant,designer,software developer,project manager,product manager,sales manager,data scientist,chef,driver,electrician,plumber,photographer,journalist,architect,consultant,analyst,marketing manager,HR manager,office manager,researcher,student,pharmacist,pilot,waiter,cashier,CEO,CTO,director,head of sales,team lead,technician,dentist,veterinarian,translator,librarian,carpenter,support agent,account manager,Senior Account Manager,Software Engineer,Customer Success Manager,Head of Operations,Vice President,Managing Director,Sales Representative".split(",")
_SOFTWARE = "Node.js,Python,Chrome,Firefox,Windows,Ubuntu,Docker,Kubernetes,PostgreSQL,MySQL,Redis,React,TypeScript,npm,Android,iOS,macOS,Excel,Word,Outlook,Teams,Zoom,Slack,Photoshop,WordPress,nginx,Git,PyTorch,intab,WebGPU,Safari,Edge,Linux".split(",")
_COMPANY_ENDS = "Inc.,Inc,LLC,Ltd,Ltd.,GmbH,AG,S.A.,SpA,B.V.,plc,Corp.,& Co.,& Sons,Group,Holdings,Labs,Systems,Solutions,Technologies,Partners,Bank,Insurance,Logistics,Foods,Motors,Airlines,Software,Media,Consulting,Energy,Pharma,Health,Studios,Records,Books,Fashion,Retail,Telecom,Networks,Industries,University,Hospital,Clinic".split(",")
_COMPANIES = "Google,Amazon,Microsoft,Apple,PayPal,Netflix,DHL,UPS,FedEx,Royal Mail,Deutsche Post,Ikea,Siemens,Toyota,Samsung,Sony,Nestlé,Unilever,Barclays,HSBC,Vodafone,Lufthansa,Ryanair,Spotify,Zalando,eBay,Visa,Mastercard,Adidas,Nike,BMW,Shell,Allianz,AXA,Acme,Globex,Initech,Umbrella,Northwind,Contoso".split(",")
_LANDMARKS = "the Eiffel Tower,the British Museum,Central Park,Hyde Park,Victoria Station,St. James's Park,Lincoln Center,King's Cross,Oxford University,Cambridge University,Stanford,Harvard,the Louvre,Times Square,the Golden Gate Bridge,Charles Bridge,Trafalgar Square,the Colosseum,the Brandenburg Gate,Mount Fuji,Lake Geneva,Heathrow,Charles de Gaulle Airport,JFK,the River Thames,the Danube,the Black Forest,the Alps,Notre Dame,San Marco,the Nobel Prize,the Marie Curie Institute,the Red Cross,the World Cup,the Olympics,St Mary's Hospital,Johns Hopkins,the Max Planck Institute,Wall Street,Broadway,Fleet Street,Downing Street,Silicon Valley,Black Friday,Mother's Day,Christmas,Easter,Ramadan,Diwali,Valentine's Day".split(",")
_SUBJECTS = "physics,history,law,medicine,economics,computer science,biology,Art History,Mechanical Engineering,English Literature,Business Administration,mathematics,chemistry".split(",")
_SEASONS = "spring summer autumn winter weekend".split()
_PRODUCTS = "Pro Max Plus Air Mini Ultra Lite One Go Neo Prime Edge X S SE XL HD 2 3 4K 5 7 12 300 2000".split()
_ENDINGS = "s ed ing er ly ness ful less y ment able ish tion al ity ist ism ous ive en ung lich ique oso ar keit".split() + [""] * 8
_UNITS = "kg g km m cm mm ml l mg °C °F mph km/h MB GB ms % oz lb miles inches ft kWh W V".split()


def plural(word: str) -> str:
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "" if word.endswith("s") else "s")


def company(d: Draw) -> str:
    roll = d.random()
    if roll < 0.25:
        return d.pick(_COMPANIES)
    last = lambda: d.pick(NAMES["en" if d.chance(0.6) else "de"][1])
    if roll < 0.35:
        return last() + d.pick([" & ", " and ", " + "]) + last()
    if roll < 0.55:
        return f"{last()} {d.pick(_COMPANY_ENDS)}"
    if roll < 0.6:
        return f"{d.pick(['St. ', 'St ', 'Saint ', 'Santa ', ''])}{d.pick(NAMES['en'][0])}{d.pick(['', chr(39) + 's'])} {d.pick(['Hospital', 'Church', 'School', 'Clinic', 'College', 'Foundation', 'Diner', 'Bakery', 'Memorial Hospital', 'Medical Center', 'Parish', 'Street School'])}"
    head = d.pick(WORDS).capitalize() + d.pick(["", "", d.pick(WORDS), " " + d.pick(WORDS).capitalize()]) if d.chance(0.5) else syllables(d, 2, 3).capitalize()
    return f"{head} {d.pick(_COMPANY_ENDS)}" if d.chance(0.6) else head + d.pick(["", "", "ly", "ify", ".io", ".com"])


def product(d: Draw) -> str:
    head = d.pick(WORDS).capitalize() if d.chance(0.5) else syllables(d, 1, 3).capitalize()
    return f"{head}{d.pick(['', '', d.pick(WORDS).capitalize()])} {d.pick(_PRODUCTS)}{d.pick(['', '', ' ' + d.pick(_PRODUCTS)])}"


def order(d: Draw) -> str:
    letters = "".join(d.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(d.between(1, 3)))
    return d.pick([d.digits(d.between(4, 10)), d.digits(d.between(5, 12)), f"{letters}-{d.digits(d.between(3, 8))}", f"{letters}{d.digits(d.between(3, 9))}", f"#{d.digits(d.between(3, 8))}", f"{d.digits(3)}-{d.digits(7)}-{d.digits(7)}", f"20{d.digits(2)}-{d.digits(d.between(3, 6))}", f"ORD-{d.digits(6)}", f"INV-20{d.digits(2)}-{d.digits(4)}",
                   f"TCK-{d.digits(5)}", "".join(d.pick("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6)), f"PO-{d.digits(5)}", f"{d.digits(4)}/{d.digits(2)}"])


def price(d: Draw) -> str:
    amount = d.pick([str(d.between(1, 999)), f"{d.between(1, 999)}.{d.digits(2)}", f"{d.between(1, 99)},{d.digits(2)}", f"{d.between(1, 99)},{d.digits(3)}", f"{d.between(1, 99)},{d.digits(3)}.{d.digits(2)}", f"{d.between(1, 99)}.{d.digits(3)},{d.digits(2)}", f"{d.between(1, 99)}.99"])
    return d.pick([f"${amount}", f"€{amount}", f"£{amount}", f"{amount} €", f"{amount} EUR", f"{amount} USD", f"USD {amount}", f"¥{amount}", f"₹{amount}", f"{amount} dollars", f"{amount} euros", f"CHF {amount}", f"{amount} kr", f"{amount} zł", f"{amount} pounds", f"R${amount}", f"₦{amount}", amount, f"{amount},-"])


def time(d: Draw) -> str:
    h, m = d.below(24), d.pick(["00", "15", "30", "45", d.pick("012345") + d.digits(1)])
    return d.pick([f"{h}:{m}", f"{h:02d}:{m}", f"{1 + h % 12} {d.pick(['am', 'pm', 'a.m.', 'p.m.', 'AM', 'PM'])}", f"{1 + h % 12}{d.pick(['am', 'pm'])}", f"{1 + h % 12}:{m} {d.pick(['am', 'pm', 'AM', 'PM'])}", f"{h}h{m}", f"{h:02d}:{m}:{d.pick('012345')}{d.digits(1)}", "noon", "midnight", f"{h:02d}:{m} CET", f"{h:02d}:{m} UTC", f"half past {1 + h % 12}"])


def version(d: Draw) -> str:
    a, b, c = d.below(30), d.below(30), d.below(100)
    return d.pick([f"{a}.{b}", f"{a}.{b}.{c}", f"{a}.{b}.{c}", f"v{a}.{b}.{c}", f"v{a}", f"{a}.{b}.{c}-beta.{d.between(1, 9)}", f"{a}.{b}.{c}.{d.below(5000)}", f"v{a}.{b}.{c}.{d.below(300)}", f"{a}.{b}rc{d.between(1, 4)}"])


def isbn(d: Draw) -> str:
    return d.pick([f"978-{d.digits(1)}-{d.digits(3)}-{d.digits(5)}-{d.digits(1)}", f"978{d.digits(10)}", f"{d.digits(1)}-{d.digits(4)}-{d.digits(4)}-{d.pick('0123456789X')}", f"978-{d.digits(1)}-{d.digits(2)}-{d.digits(6)}-{d.digits(1)}", f"978 {d.digits(1)} {d.digits(4)} {d.digits(4)} {d.digits(1)}"])


def part(d: Draw) -> str:
    l = lambda n: "".join(d.pick("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(n))
    return d.pick([f"{l(2)}-{d.digits(4)}", f"{l(3)}-{d.digits(3)}-{d.digits(4)}", f"{d.digits(3)}-{d.digits(5)}-{l(1)}", f"{l(2)}{d.digits(3)}", f"{l(1)}{d.digits(2)}-{l(2)}{d.digits(3)}", f"{d.digits(2)}-{d.digits(3)}-{d.digits(3)}", f"{l(2)} {d.digits(3)}", f"SN{d.digits(8)}", f"{d.digits(4)}-{l(4)}-{d.digits(2)}", f"{l(1)}{d.digits(1)}{l(2)}{d.digits(5)}"])


def tracking(d: Draw) -> str:
    return d.pick([f"1Z{d.digits(3)}AA{d.digits(10)}", f"{d.digits(4)} {d.digits(4)} {d.digits(4)} {d.digits(4)} {d.digits(4)} {d.digits(2)}", d.digits(20), f"JD{d.digits(18)}", f"RR{d.digits(9)}GB", f"LX{d.digits(9)}DE", f"TBA{d.digits(12)}", d.digits(12), f"00{d.digits(18)}", f"{d.digits(4)} {d.digits(4)} {d.digits(4)}"])


def hash_value(d: Draw) -> str:
    n = d.pick([8, 12, 32, 40])
    return str(UUID(int=int(d.random() * 2**64) * 2**64 + int(d.random() * 2**63))) if d.chance(0.35) else "".join(d.pick("0123456789abcdef") for _ in range(n))


def url(d: Draw) -> str:
    host = d.pick(["www.", "", "docs.", "shop.", "help.", "api."]) + (d.pick(WORDS) + d.pick(["", d.pick(WORDS), "-" + d.pick(WORDS)])).lower() + d.pick([".com", ".org", ".net", ".de", ".co.uk", ".io", ".fr", ".dev", ".eu"])
    return d.pick(["https://", "http://", "", "https://"]) + host + d.pick(["", "/", f"/{d.pick(WORDS)}", f"/{d.pick(WORDS)}/{d.digits(3)}", f"/{d.pick(WORDS)}?id={d.digits(5)}", f"/en/{d.pick(WORDS)}-{d.pick(WORDS)}"])


def title(d: Draw) -> str:
    return " ".join(d.pick(WORDS).capitalize() for _ in range(d.between(2, 5)))


def noun(d: Draw) -> str:
    """A word of any kind, sometimes an unknown one."""
    roll = d.random()
    if roll < 0.84:
        return d.pick(WORDS)
    word = d.pick(WORDS) if roll < 0.93 else syllables(d, 1, 3)
    return word + d.pick(_ENDINGS)


def soup(d: Draw) -> str:
    """Common words in no order: none of them is a name just for standing at a strange place."""
    return " ".join(d.pick(COMMON) if d.chance(0.8) else noun(d) for _ in range(d.between(1, 6)))


def _number(d: Draw) -> str:
    return d.digits(d.between(1, 6)).lstrip("0") or "0"


FILLERS = {
    "thing": lambda d: d.pick(_THINGS), "do": lambda d: d.pick(_DO), "did": lambda d: d.pick(_DID), "was": lambda d: d.pick(["was {adj}", "arrived", "is due", "ends", "starts", "will change", "was cancelled", "was {adj}"]), "job": lambda d: d.pick(_JOBS), "software": lambda d: d.pick(_SOFTWARE), "company": company, "product": product, "order": order,
    "price": price, "time": time, "version": version, "isbn": isbn, "part": part, "tracking": tracking, "hash": hash_value, "url": url, "Title": title, "soup": soup, "Soup": lambda d: soup(d).capitalize(), "w": lambda d: d.pick(COMMON), "W": lambda d: d.pick(COMMON).capitalize(), "noun": noun, "adj": noun, "word": noun, "Noun": lambda d: noun(d).capitalize(), "Adj": lambda d: noun(d).capitalize(), "CAPS": lambda d: d.pick(WORDS).upper(), "plural": lambda d: plural(noun(d)),
    "city": lambda d: d.pick(ALL_CITIES) if d.chance(0.8) else city(d, "us"), "country": lambda d: d.pick(COUNTRIES), "month": lambda d: d.pick(MONTHS), "weekday": lambda d: d.pick(_WEEKDAYS), "season": lambda d: d.pick(_SEASONS), "year": lambda d: str(d.between(1850, 2035)), "qty": lambda d: str(d.between(2, 60)), "percent": lambda d: f"{d.between(1, 100)}{d.pick(['', '.' + d.digits(1)])}{d.pick(['%', '%', ' %', ' percent'])}",
    "number": _number, "measure": lambda d: f"{d.between(1, 500)}{d.pick(['', '.' + d.digits(1)])}{d.pick([' ', ''])}{d.pick(_UNITS)}", "cvv": lambda d: d.digits(3), "cvv4": lambda d: d.digits(4), "bic": lambda d: "".join(d.pick("ABCDEFGHKLMNOPRSTUVW") for _ in range(4)) + d.pick(["DEFF", "GB2L", "FRPP", "NL2A", "ESMM", "ITMM", "DEFFXXX"]), "age": lambda d: str(d.between(4, 96)),
    "port": lambda d: d.pick(["80", "443", "22", "8080", "5432", "3000", "3306", "25"]), "mac": lambda d: d.pick(":-").join("".join(d.pick("0123456789abcdef") for _ in range(2)) for _ in range(6)), "gate": lambda d: d.pick([f"{d.pick('ABCDEF')}{d.between(1, 60)}", str(d.between(1, 400)), f"{d.between(1, 40)}{d.pick('ABCDEF')}"]), "score": lambda d: f"{d.below(8)}{d.pick(['-', ':', ' - '])}{d.below(8)}",
    "landmark": lambda d: d.pick(_LANDMARKS), "subject": lambda d: d.pick(_SUBJECTS), "nth": lambda d: ordinal(d.between(1, 40)),
}
