"""Postal addresses of many countries: streets by country, cities with real or made-up names, post codes as each country writes them."""
from __future__ import annotations

from common.split import held_out

from .draw import Draw
from .names import NAMES, syllables

_EN_STREETS = "Main Oak Pine Maple Cedar Elm Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jefferson Center Highland Forest Jackson River Lincoln Adams Franklin Chestnut Dogwood Cherry Hickory Meadow Park Broad Locust Poplar Sycamore Magnolia Birch Juniper Laurel Victoria Station High Green King Queen Albert Grange Manor Windsor York George Richmond Kingsway Chapel Bridge Castle Abbey Orchard Stanley Alexandra Clarence Waterloo Nelson Cambridge Oxford Harley Baker Fleet Regent Bond Gower Elgin Argyle Rosewood Foxglove Heather Primrose Bluebell Hawthorn Larch Rowan Ashfield Brookside Cliff Cove Harbour Beach Ocean Bay Coral Desert Canyon Mesa Prairie Valley Summit Aspen Timber Hollow Quarry Copper Silver Golden Crystal Liberty Union Market Commerce Industrial Airport College University School Mission Santa-Rosa San-Pablo El-Camino Martin-Luther-King Old-Post Cross-Creek Fox-Run Deer-Path Eagle-Nest Quail-Hollow Saint-Andrews Upper-Marsh Lower-Mill Great-Western Pepperbox Tanner Cobbler Saddler Weaver Falcon Kestrel Curlew Lapwing Marlowe Dickens Tennyson Wordsworth Chaucer Bunyan".replace("-", "_").split()
_EN_KINDS = "Street St St. Avenue Ave Ave. Road Rd Rd. Lane Ln Drive Dr Court Ct Boulevard Blvd Way Place Pl Close Crescent Terrace Square Gardens Grove Parkway Circle Trail Hill Row Walk Mews Highway Street Street Avenue Road Road Lane Drive".split()
_STREETS = {
    "de": ([f"{a}{b}" for a in "Haupt Bahnhof Schul Garten Dorf Berg Kirch Wald Linden Goethe Schiller Mozart Beethoven Friedrich Kaiser Ring Rosen Wiesen Mühlen Post Markt Birken Eichen Blumen Sonnen Feld Bach See Brücken Schloss Burg Hafen Kloster Bismarck Luther Humboldt Uhland Lessing Heine Kant Leibniz Acker Amsel Lerchen Finken Tannen Ulmen Kastanien Kepler Zeppelin Siemens Daimler Turm Weber Schmiede Färber Gerber".split() for b in ("straße", "str.", "weg", "gasse", "allee", "platz", "strasse", "ring")] + ["Am Markt", "Unter den Linden", "Am Hang", "Auf der Höhe", "Alte Landstraße", "Lange Reihe", "Karl-Marx-Allee", "Berliner Straße", "Leopoldstraße", "Kurfürstendamm", "Zum Alten Hof", "An der Kirche", "Im Wiesengrund", "Hinter dem Deich"]),
    "fr": [f"{a} {b}" for a in ("rue", "avenue", "boulevard", "place", "chemin", "allée", "Rue", "impasse", "quai") for b in ("de la Paix", "Victor Hugo", "de la République", "du Général Leclerc", "Jean Jaurès", "des Lilas", "de l'Église", "Pasteur", "du Moulin", "Gambetta", "des Écoles", "Saint-Michel", "Voltaire", "du Marché", "Molière", "de Rivoli", "des Roses", "Émile Zola", "de la Gare", "Lafayette", "du Château", "des Tilleuls", "Montaigne", "Carnot", "de la Fontaine", "du Port", "des Acacias", "Sainte-Anne")],
    "es": [f"{a} {b}" for a in ("Calle", "Calle", "C/", "Avenida", "Av.", "Plaza", "Paseo", "calle", "Carrer", "Ronda") for b in ("Mayor", "de Alcalá", "Gran Vía", "del Sol", "San Juan", "de la Constitución", "Real", "Nueva", "de las Flores", "Cervantes", "Goya", "Velázquez", "de Serrano", "del Carmen", "Santa Ana", "Insurgentes Sur", "Reforma", "de los Reyes", "Bolívar", "San Martín", "Independencia", "de Mayo", "Juárez", "Hidalgo", "del Prado", "de Aragón")],
    "it": [f"{a} {b}" for a in ("Via", "Via", "via", "Viale", "Piazza", "Corso", "Vicolo", "Largo") for b in ("Roma", "Garibaldi", "Dante Alighieri", "Mazzini", "Verdi", "Cavour", "Nazionale", "della Repubblica", "dei Mille", "San Marco", "Vittorio Emanuele II", "Manzoni", "delle Rose", "Marconi", "Galileo Galilei", "XX Settembre", "della Stazione", "Santa Lucia", "Leopardi", "dei Pini", "Carducci", "del Corso", "Tiburtina")],
    "pt": [f"{a} {b}" for a in ("Rua", "Rua", "Avenida", "Av.", "Travessa", "Praça", "Largo", "R.") for b in ("Augusta", "das Flores", "da Liberdade", "Paulista", "do Ouro", "São João", "de Santa Catarina", "dos Andradas", "Sete de Setembro", "da Boavista", "Almirante Reis", "do Carmo", "Oscar Freire", "das Laranjeiras", "Barão de Itapetininga", "XV de Novembro", "da República", "Santo Antônio")],
    "nl": [f"{a}{b}" for a in "Kerk School Dorps Molen Station Julianas Wilhelmina Prinsen Keizers Heren Nieuwe Oude Linden Beuken Eiken Kastanje Haven Markt Brug Berg Water Zee Tulpen Rozen Vondel Rembrandt Beatrix".split() for b in ("straat", "laan", "weg", "gracht", "plein", "kade", "dijk", "singel")],
    "no": [f"{a}{b}" for a in "Stor Kirke Skole Strand Karl-Johans- Bjørke Fjell Sjø Dronning Kongens- Møller Park Skog Berg Øster Vester Sveavägs Drottning Kungs Göt Lilla- Björk Ring Havne Rosen Hans-Nordahls- Grønland Toldbod Østergade Nørre".replace("- ", " ").split() for b in ("gata", "veien", "gate", "vej", "gade", "gatan", "vägen", "allé")],
    "pl": [f"ul. {a}" for a in "Długa Krótka Polna Leśna Słoneczna Szkolna Ogrodowa Lipowa Kwiatowa Mickiewicza Kościuszki Sienkiewicza Piłsudskiego Marszałkowska Krakowska Warszawska Zielona Brzozowa Sosnowa Parkowa Kolejowa Chopina Kopernika Floriańska Nowy-Świat Puławska".split()] + [f"{a} {b}" for a in ("al.", "os.", "pl.") for b in ("Jerozolimskie", "Solidarności", "Wolności", "Jana Pawła II", "Tysiąclecia")] + ["Vinohradská", "Na Příkopě", "Dlouhá", "Andrássy út", "Rákóczi út", "Kossuth Lajos utca", "Strada Victoriei", "Calea Floreasca", "Bulevardul Unirii", "Ulica Ilica", "Mannerheimintie", "Hämeenkatu", "Odos Ermou", "Leoforos Kifisias"],
    "in": [f"{a} {b}" for a in ("MG", "Mahatma Gandhi", "Nehru", "Park", "Linking", "Brigade", "Church", "Station", "Anna", "Rajaji", "Lajpat Nagar", "Indiranagar 100 Feet", "Sardar Patel", "Tilak", "Netaji Subhas", "Hill", "Carter", "Residency", "Infantry", "Banjara Hills", "Jubilee Hills", "Gulshan", "Mirpur", "Shahrah-e-Faisal", "Mall", "Ferozepur") for b in ("Road", "Marg", "Street", "Main Road", "Cross Road", "Nagar", "Rd")],
    "tr": [f"{a} {b}" for a in ("Atatürk", "Cumhuriyet", "İstiklal", "Bağdat", "Gazi", "İnönü", "Barbaros", "Fatih", "Lale", "Gül", "Menekşe", "Çınar", "Karanfil", "Mimar Sinan", "Yıldız", "Zafer") for b in ("Caddesi", "Cad.", "Sokak", "Sok.", "Bulvarı", "Mahallesi")],
    "cn": [f"{a} {b}" for a in ("Nanjing", "Zhongshan", "Jianguo", "Chang'an", "Huaihai", "Renmin", "Jiefang", "Beijing", "Tianhe", "Wangfujing", "Century", "Fuxing", "Xizang", "Yan'an", "Keyuan", "Guanghua", "Nathan", "Queen's", "Des Voeux", "Orchard", "Zhongxiao") for b in ("Road", "East Road", "West Road", "North Road", "Avenue", "Street", "Lu", "South Street")],
    "af": [f"{a} {b}" for a in ("Awolowo", "Adeola Odeku", "Allen", "Broad", "Herbert Macaulay", "Ahmadu Bello", "Kenyatta", "Moi", "Ngong", "Kimathi", "Uhuru", "Nkrumah", "Oxford", "Independence", "Liberation", "Mandela", "Long", "Rivonia", "Jan Smuts", "Bree", "Tahrir", "Ramses", "Al Wasl", "Sheikh Zayed", "King Fahd", "Corniche", "Rothschild", "Dizengoff", "Herzl", "Valiasr") for b in ("Road", "Street", "Avenue", "Way", "Close", "Crescent", "Rd", "St")],
    "jp": ["Minato", "Shibuya", "Shinjuku", "Chiyoda", "Nakagyo", "Naka", "Chuo", "Setagaya", "Meguro", "Taito", "Toshima", "Kita", "Nishi", "Higashi", "Sakae", "Tenjin", "Umeda", "Namba", "Ginza", "Roppongi", "Jingumae", "Marunouchi", "Akasaka", "Ebisu", "Asakusa", "Gangnam", "Mapo", "Jongno", "Seocho", "Yongsan"],
}
_CITIES = {
    "us": "Springfield,Portland,Austin,Denver,Columbus,Madison,Franklin,Greenville,Salem,Fairview,Bristol,Clinton,Arlington,Ashland,Dover,Oxford,Jackson,Burlington,Manchester,Milton,Newport,Auburn,Dayton,Lexington,Cleveland,Hudson,Kingston,Riverside,Chicago,Boston,Seattle,Houston,Dallas,Phoenix,San Diego,San Jose,San Francisco,Los Angeles,New York,Brooklyn,Miami,Tampa,Orlando,Atlanta,Charlotte,Nashville,Memphis,Detroit,Minneapolis,St. Louis,Kansas City,Omaha,Tulsa,Albuquerque,Las Vegas,Salt Lake City,Boise,Spokane,Sacramento,Fresno,Oakland,Palo Alto,Santa Fe,Baton Rouge,New Orleans,Little Rock,Des Moines,Fort Worth,El Paso",
    "uk": "London,Manchester,Birmingham,Leeds,Bristol,Glasgow,Edinburgh,Cardiff,Belfast,Liverpool,Sheffield,Newcastle upon Tyne,Nottingham,Leicester,Oxford,Cambridge,York,Bath,Brighton,Norwich,Exeter,Plymouth,Southampton,Reading,Swansea,Aberdeen,Dundee,Inverness,Stratford-upon-Avon,Milton Keynes,Bury St Edmunds,Harrogate,Chester,Durham,Ipswich,Kettering,Wrexham",
    "ie": "Dublin 2,Dublin 8,Cork,Galway,Limerick,Waterford,Kilkenny,Sligo,Drogheda,Ennis", "ca": "Toronto,Vancouver,Ottawa,Calgary,Edmonton,Winnipeg,Halifax,Hamilton,London,Victoria,Regina,Saskatoon,Kelowna,Moncton,Mississauga",
    "au": "Sydney,Melbourne,Brisbane,Perth,Adelaide,Hobart,Canberra,Darwin,Geelong,Newcastle,Fremantle,Cairns,Ballarat,Bendigo,Richmond,Parramatta,Surry Hills,Fitzroy", "nz": "Auckland,Wellington,Christchurch,Dunedin,Hamilton,Tauranga",
    "de": "Berlin,Hamburg,München,Köln,Frankfurt am Main,Stuttgart,Düsseldorf,Leipzig,Dortmund,Essen,Bremen,Dresden,Hannover,Nürnberg,Bonn,Münster,Karlsruhe,Mannheim,Augsburg,Wiesbaden,Freiburg,Mainz,Erfurt,Rostock,Kassel,Potsdam,Heidelberg,Würzburg,Göttingen,Ulm,Jena,Konstanz,Lübeck,Munich,Cologne", "at": "Wien,Graz,Linz,Salzburg,Innsbruck,Vienna", "ch": "Zürich,Bern,Basel,Genève,Lausanne,Luzern,St. Gallen,Winterthur,Lugano",
    "fr": "Paris,Lyon,Marseille,Toulouse,Nice,Nantes,Strasbourg,Montpellier,Bordeaux,Lille,Rennes,Reims,Saint-Étienne,Grenoble,Dijon,Angers,Nîmes,Aix-en-Provence,Tours,Limoges,Annecy", "es": "Madrid,Barcelona,Valencia,Sevilla,Zaragoza,Málaga,Bilbao,Granada,Alicante,Córdoba,Valladolid,Gijón,San Sebastián,Salamanca", "mx": "Ciudad de México,Guadalajara,Monterrey,Puebla,Bogotá,Medellín,Buenos Aires,Córdoba,Santiago,Lima,Quito",
    "it": "Roma,Milano,Napoli,Torino,Palermo,Genova,Bologna,Firenze,Bari,Venezia,Verona,Padova,Trieste,Pisa,Siena,Rome,Milan", "pt": "Lisboa,Porto,Braga,Coimbra,Faro,Aveiro,Évora,Lisbon", "br": "São Paulo,Rio de Janeiro,Belo Horizonte,Curitiba,Porto Alegre,Salvador,Recife,Fortaleza,Brasília", "nl": "Amsterdam,Rotterdam,Utrecht,Den Haag,Eindhoven,Groningen,Haarlem,Leiden,Delft,Maastricht,Arnhem", "be": "Brussel,Antwerpen,Gent,Brugge,Leuven,Liège,Namur,Brussels",
    "no": "Oslo,Bergen,Trondheim,Stavanger,Tromsø,Drammen,Bodø", "se": "Stockholm,Göteborg,Malmö,Uppsala,Lund,Umeå,Västerås,Gothenburg", "dk": "København K,Aarhus C,Odense,Aalborg,Copenhagen", "fi": "Helsinki,Tampere,Turku,Espoo,Tallinn,Riga,Vilnius", "pl": "Warszawa,Kraków,Łódź,Wrocław,Poznań,Gdańsk,Szczecin,Lublin,Katowice,Warsaw,Praha 1,Brno,Budapest,Bucharest,Zagreb,Athens", "in": "Mumbai,Delhi,New Delhi,Bengaluru,Bangalore,Chennai,Hyderabad,Kolkata,Pune,Ahmedabad,Jaipur,Kochi,Lucknow,Indore,Karachi,Lahore,Dhaka",
    "tr": "İstanbul,Istanbul,Ankara,İzmir,Bursa,Antalya,Konya,Adana", "cn": "Shanghai,Beijing,Guangzhou,Shenzhen,Chengdu,Hangzhou,Nanjing,Wuhan,Xi'an,Suzhou,Hong Kong,Singapore,Taipei", "jp": "Tokyo,Osaka,Kyoto,Nagoya,Yokohama,Fukuoka,Sapporo,Kobe,Sendai,Seoul", "af": "Lagos,Abuja,Ibadan,Nairobi,Mombasa,Accra,Kumasi,Johannesburg,Cape Town,Durban,Pretoria,Cairo,Dubai,Riyadh,Tel Aviv,Tehran,Kampala,Lekki,Victoria Island",
}
CITIES = {country: text.split(",") for country, text in _CITIES.items()}
ALL_CITIES = [city for cities in CITIES.values() for city in cities]
COUNTRIES = "Germany,France,Spain,Italy,Portugal,the Netherlands,Belgium,Austria,Switzerland,Poland,Norway,Sweden,Denmark,Finland,Ireland,the United Kingdom,the UK,the US,the United States,Canada,Mexico,Brazil,Argentina,Chile,Peru,Colombia,Australia,New Zealand,Japan,China,South Korea,India,Pakistan,Bangladesh,Vietnam,Thailand,Indonesia,Malaysia,the Philippines,Turkey,Greece,Romania,Hungary,Czechia,Ukraine,Russia,Israel,Egypt,Morocco,Nigeria,Ghana,Kenya,South Africa,Ethiopia,Jordan,Chad,Georgia,Cuba,Mali,Europe,Asia,Africa,California,Texas,Bavaria,Scotland,Wales,Ontario,Catalonia,Tuscany,Normandy,Queensland".split(",")
_STATES = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY".split()
_STATE_NAMES = "California Texas Florida Ohio Oregon Illinois Georgia Virginia Michigan Massachusetts Colorado Arizona Nevada Utah Maine Vermont".split()
_PROVINCES = "ON BC QC AB MB NS SK NB".split()
_AU_STATES = "NSW VIC QLD WA SA TAS ACT NT".split()
_UK_AREAS = "SW1A W1D N1 E14 SE10 NW3 EC2V WC1E M1 M20 B15 LS6 BS8 G12 EH3 CF10 BT7 L1 S10 NE1 NG7 LE2 OX4 CB2 YO1 BA1 BN2 NR3 EX4 PL1 SO14 RG1 AB10 DD1 IV2 CV37 MK9 HG1 CH1 DH1 IP4".split()
_COUNTRY_LINES = {"us": ["USA", "United States", "U.S.A."], "uk": ["UK", "United Kingdom", "England", "Scotland"], "de": ["Germany", "Deutschland"], "at": ["Austria"], "ch": ["Switzerland"], "fr": ["France"], "es": ["Spain", "España"], "it": ["Italy", "Italia"], "nl": ["The Netherlands", "Netherlands"], "be": ["Belgium"], "no": ["Norway"], "se": ["Sweden"], "dk": ["Denmark"], "pl": ["Poland"], "in": ["India"], "tr": ["Turkey"],
                  "cn": ["China", "P.R. China"], "jp": ["Japan"], "br": ["Brazil"], "pt": ["Portugal"], "au": ["Australia"], "ca": ["Canada"], "ie": ["Ireland"], "mx": ["Mexico", "Colombia"], "af": ["Nigeria", "Kenya", "South Africa"], "nz": ["New Zealand"], "fi": ["Finland"]}
_WEIGHTED = ["us"] * 8 + ["uk"] * 6 + ["de"] * 4 + ["fr", "fr", "es", "es", "it", "it", "in", "in", "in", "ca", "ca", "au", "au", "au", "ie", "nl", "nl", "at", "ch", "be", "no", "se", "dk", "fi", "pl", "pl", "tr", "cn", "cn", "jp", "jp", "br", "br", "pt", "mx", "af", "af", "nz"]


def _english_street(d: Draw) -> str:
    roll = d.random()
    if roll < 0.5:
        name = d.own(_EN_STREETS).replace("_", " ")
    elif roll < 0.75:
        while True:
            name = syllables(d, 1, 2).capitalize() + d.pick(["", "ton", "field", "wood", "ham", "brook", "ford", "ley", "dale", "bury", "hurst", "worth", "mere", "view", "side"])
            if len(name) > 3 and held_out(name) == (d.split == "test"):
                break
    elif roll < 0.9:
        name = d.own(NAMES["en"][d.below(2)])
    else:
        name = d.pick(["1st", "2nd", "3rd", "4th", "5th", "7th", "9th", "12th", "21st", "42nd", "103rd", "Fifth", "Third"])
    kind = d.pick(_EN_KINDS)
    return f"{d.pick(['N ', 'S ', 'E ', 'W ', 'North ', 'SW ', 'NE ', 'Old ', 'Upper ', 'St ', 'West '])}{name} {kind}" if d.chance(0.1) else f"{name} {kind}"


def street(d: Draw, country: str) -> str:
    """A street with its number."""
    number = str(d.between(1, 199) if d.chance(0.75) else d.between(200, 9999))
    if d.chance(0.06):
        number += d.pick("abcABCDEF")
    if country in ("us", "uk", "ca", "au", "nz", "ie"):
        line = f"{number} {_english_street(d)}"
        roll = d.random()
        if roll < 0.12:
            return line + d.pick([", Apt ", ", Apt. ", " Apt ", ", Unit ", ", Suite ", " #", ", Floor ", ", Flat "]) + d.pick([str(d.between(1, 40)), f"{d.between(1, 20)}{d.pick('ABCD')}", d.pick("ABCD")])
        if roll < 0.19:
            return d.pick(["Flat ", "Unit ", "Apartment ", "Apt "]) + str(d.between(1, 40)) + ", " + line
        if roll < 0.21 and country == "uk":
            return f"{d.pick(['Rose', 'Ivy', 'Orchard', 'The Old', 'Mill', 'Willow'])} {d.pick(['Cottage', 'House', 'Barn', 'Lodge', 'Rectory'])}, {_english_street(d)}"
        return f"{d.pick(['PO Box', 'P.O. Box', 'PO Box'])} {d.between(10, 9999)}" if roll > 0.97 else line
    short = str(d.between(1, 180)) + (d.pick("abcAB") if d.chance(0.06) else "")
    if country in ("de", "at", "ch"):
        return f"{d.own(_STREETS['de'])} {short}"
    if country in ("fr", "be") and (country == "fr" or d.chance(0.3)):
        return f"{short}{d.pick(['', '', ',', ' bis'])} {d.own(_STREETS['fr'])}"
    if country in ("es", "mx"):
        return f"{d.own(_STREETS['es'])}{d.pick([' ', ', ', ' ', ', nº '])}{short}" + d.pick(["", "", "", "", f", {d.between(1, 9)}º {d.pick('ABCD')}", f", piso {d.between(1, 9)}"])
    if country in ("pt", "br"):
        return f"{d.own(_STREETS['pt'])}{d.pick([', ', ' ', ', nº '])}{number}" + d.pick(["", "", "", f" - apto {d.between(1, 99)}"])
    if country == "it":
        return f"{d.own(_STREETS['it'])}{d.pick([' ', ', ', ' '])}{short}"
    if country in ("nl", "be"):
        return f"{d.own(_STREETS['nl'])} {short}"
    if country in ("no", "se", "dk"):
        return f"{d.own(_STREETS['no']).replace('-', ' ').strip()} {short}"
    if country in ("pl", "fi"):
        return f"{d.own(_STREETS['pl'])} {short}" + d.pick(["", "", f"/{d.between(1, 60)}", f" m. {d.between(1, 60)}"])
    if country == "in":
        return d.pick(["", "", f"Flat {d.between(1, 900)}, ", f"No. {d.between(1, 90)}, ", f"{d.between(1, 90)}/{d.between(1, 20)}, ", "Plot "]) + f"{short}{d.pick([' ', ', '])}{d.own(_STREETS['in'])}"
    if country == "tr":
        return f"{d.own(_STREETS['tr'])} {d.pick(['No: ', 'No:', 'No ', ''])}{short}" + d.pick(["", "", f" D:{d.between(1, 30)}", f"/{d.between(1, 30)}"])
    if country == "cn":
        return d.pick(["", "", f"Room {d.between(1, 2900)}, ", f"Flat {d.between(1, 30)}{d.pick('ABCD')}, ", f"{d.between(1, 40)}/F, "]) + d.pick(["", "", "No. "]) + f"{number} {d.own(_STREETS['cn'])}"
    if country == "jp":
        return f"{d.between(1, 9)}-{d.between(1, 40)}-{d.between(1, 20)} {d.own(_STREETS['jp'])}" + d.pick(["", "-ku", "-cho", "-gu"])
    return f"{d.pick(['', '', 'Plot ', 'House '])}{number}{d.pick([' ', ' ', ', '])}{d.own(_STREETS['af'])}"


def city(d: Draw, country: str) -> str:
    if d.chance(0.2):
        return (syllables(d, 1, 2) + d.pick(["ville", "burg", "ton", "stadt", "heim", "by", "ford", "port", "field", "dorf", "hausen", "ham", "mouth", "court", "sur", "pur", "abad", "wice", "ow", ""])).capitalize()
    return d.pick(CITIES[country])


def post_code(d: Draw, country: str) -> str:
    letter = lambda: d.pick("ABCDEFGHJKLMNPRSTVWXYZ")
    if country == "us":
        return d.digits(5) + (f"-{d.digits(4)}" if d.chance(0.08) else "")
    if country == "uk":
        return f"{d.pick(_UK_AREAS)}{d.pick([' ', ' ', ' ', ''])}{d.digits(1)}{d.pick('ABDEFGHJLNPQRSTUWXYZ')}{d.pick('ABDEFGHJLNPQRSTUWXYZ')}"
    if country == "ca":
        return f"{letter()}{d.digits(1)}{letter()}{d.pick([' ', ' ', ''])}{d.digits(1)}{letter()}{d.digits(1)}"
    if country == "ie":
        return f"{letter()}{d.digits(2)} {letter()}{letter()}{d.digits(2)}"
    if country == "nl":
        return f"{d.between(1000, 9999)}{d.pick([' ', ' ', ''])}{letter()}{letter()}"
    if country == "pt":
        return f"{d.digits(4)}-{d.digits(3)}"
    if country == "br":
        return f"{d.digits(5)}-{d.digits(3)}"
    if country == "pl":
        return f"{d.digits(2)}-{d.digits(3)}"
    if country == "se":
        return f"{d.digits(3)} {d.digits(2)}"
    if country == "jp":
        return f"{d.pick(['', '', '〒'])}{d.digits(3)}-{d.digits(4)}"
    if country in ("in", "cn"):
        return d.digits(3) + d.pick(["", "", " "]) + d.digits(3)
    return d.digits(4) if country in ("at", "ch", "be", "no", "dk", "au", "nz") else d.digits(5)


def town(d: Draw, country: str) -> str:
    """Post code and city, as the country orders them."""
    place, code = city(d, country), post_code(d, country)
    if country == "us":
        return f"{place}{d.pick([', ', ', ', ' '])}{d.pick(_STATES) if d.chance(0.85) else d.pick(_STATE_NAMES)} {code}"
    if country == "ca":
        return f"{place}, {d.pick(_PROVINCES)} {code}"
    if country == "au":
        return f"{place} {d.pick(_AU_STATES)} {code}"
    if country in ("uk", "ie"):
        return f"{place}{d.pick([' ', ', ', ', '])}{code}"
    if country in ("in", "cn", "nz", "jp"):
        return f"{place}{d.pick([' ', ' - ', ', ', '-'])}{code}"
    if country == "br":
        return f"{place} - {d.pick(['SP', 'RJ', 'MG', 'PR', 'RS', 'BA'])}, {code}"
    if country == "af":
        return d.pick([place, place, f"{place} {code}", f"{place}, {code}"])
    return f"{code} {place}"


def address(d: Draw, multi_line: bool = False) -> str:
    """An address on one line or several; sometimes a street alone, or a post code with its city."""
    country = d.pick(_WEIGHTED)
    parts, roll = [street(d, country)], d.random()
    if multi_line or roll < 0.8:
        if d.chance(0.04):
            parts.append(d.pick([f"Building {d.between(1, 20)}", f"{d.between(1, 30)}th Floor", "Old Town", "Westside", f"Sector {d.between(1, 90)}", f"Block {d.pick('ABCDE')}"]))
        parts.append(town(d, country))
        if country in _COUNTRY_LINES and d.chance(0.15):
            parts.append(d.pick(_COUNTRY_LINES[country]))
    elif roll < 0.86:
        parts.append(city(d, country))
    elif roll < 0.89:
        parts = [town(d, country)]
    if multi_line:
        return d.pick(["\n", "\n", "\n", ",\n", "\r\n" if d.chance(0.1) else "\n"]).join(parts)
    return d.pick([", ", ", ", ", ", ", ", ",", " ", " - " if d.chance(0.3) else ", "]).join(parts)
