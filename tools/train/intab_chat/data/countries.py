"""The world's countries: name, the article-bearing form used in sentences, capital, currency, continent, other names.

One line a country: name | capital | currency | continent | aliases. Typed from general knowledge.
"""

_TABLE = """
Afghanistan|Kabul|afghani|Asia
Albania|Tirana|lek|Europe
Algeria|Algiers|Algerian dinar|Africa
Andorra|Andorra la Vella|euro|Europe
Angola|Luanda|kwanza|Africa
Antigua and Barbuda|Saint John's|East Caribbean dollar|North America
Argentina|Buenos Aires|Argentine peso|South America
Armenia|Yerevan|dram|Asia
Australia|Canberra|Australian dollar|Oceania
Austria|Vienna|euro|Europe
Azerbaijan|Baku|manat|Asia
the Bahamas|Nassau|Bahamian dollar|North America|Bahamas
Bahrain|Manama|Bahraini dinar|Asia
Bangladesh|Dhaka|taka|Asia
Barbados|Bridgetown|Barbadian dollar|North America
Belarus|Minsk|Belarusian ruble|Europe
Belgium|Brussels|euro|Europe
Belize|Belmopan|Belize dollar|North America
Benin|Porto-Novo|West African CFA franc|Africa
Bhutan|Thimphu|ngultrum|Asia
Bolivia|Sucre|boliviano|South America
Bosnia and Herzegovina|Sarajevo|convertible mark|Europe|Bosnia
Botswana|Gaborone|pula|Africa
Brazil|Brasília|real|South America
Brunei|Bandar Seri Begawan|Brunei dollar|Asia
Bulgaria|Sofia|euro|Europe
Burkina Faso|Ouagadougou|West African CFA franc|Africa
Burundi|Gitega|Burundian franc|Africa
Cabo Verde|Praia|Cape Verdean escudo|Africa|Cape Verde
Cambodia|Phnom Penh|riel|Asia
Cameroon|Yaoundé|Central African CFA franc|Africa
Canada|Ottawa|Canadian dollar|North America
the Central African Republic|Bangui|Central African CFA franc|Africa|Central African Republic
Chad|N'Djamena|Central African CFA franc|Africa
Chile|Santiago|Chilean peso|South America
China|Beijing|renminbi (yuan)|Asia
Colombia|Bogotá|Colombian peso|South America
the Comoros|Moroni|Comorian franc|Africa|Comoros
the Democratic Republic of the Congo|Kinshasa|Congolese franc|Africa|DR Congo,DRC
the Republic of the Congo|Brazzaville|Central African CFA franc|Africa|Congo
Costa Rica|San José|colón|North America
Croatia|Zagreb|euro|Europe
Cuba|Havana|Cuban peso|North America
Cyprus|Nicosia|euro|Europe
Czechia|Prague|koruna|Europe|the Czech Republic,Czech Republic
Denmark|Copenhagen|Danish krone|Europe
Djibouti|Djibouti|Djiboutian franc|Africa
Dominica|Roseau|East Caribbean dollar|North America
the Dominican Republic|Santo Domingo|Dominican peso|North America|Dominican Republic
Ecuador|Quito|US dollar|South America
Egypt|Cairo|Egyptian pound|Africa
El Salvador|San Salvador|US dollar|North America
Equatorial Guinea|Malabo|Central African CFA franc|Africa
Eritrea|Asmara|nakfa|Africa
Estonia|Tallinn|euro|Europe
Eswatini|Mbabane|lilangeni|Africa|Swaziland
Ethiopia|Addis Ababa|birr|Africa
Fiji|Suva|Fijian dollar|Oceania
Finland|Helsinki|euro|Europe
France|Paris|euro|Europe
Gabon|Libreville|Central African CFA franc|Africa
the Gambia|Banjul|dalasi|Africa|Gambia
Georgia|Tbilisi|lari|Asia
Germany|Berlin|euro|Europe
Ghana|Accra|cedi|Africa
Greece|Athens|euro|Europe
Grenada|St. George's|East Caribbean dollar|North America
Guatemala|Guatemala City|quetzal|North America
Guinea|Conakry|Guinean franc|Africa
Guinea-Bissau|Bissau|West African CFA franc|Africa
Guyana|Georgetown|Guyanese dollar|South America
Haiti|Port-au-Prince|gourde|North America
Honduras|Tegucigalpa|lempira|North America
Hungary|Budapest|forint|Europe
Iceland|Reykjavik|Icelandic króna|Europe
India|New Delhi|Indian rupee|Asia
Indonesia|Jakarta|rupiah|Asia
Iran|Tehran|rial|Asia
Iraq|Baghdad|Iraqi dinar|Asia
Ireland|Dublin|euro|Europe
Israel|Jerusalem|new shekel|Asia
Italy|Rome|euro|Europe
Ivory Coast|Yamoussoukro|West African CFA franc|Africa|Côte d'Ivoire,Cote d'Ivoire
Jamaica|Kingston|Jamaican dollar|North America
Japan|Tokyo|yen|Asia
Jordan|Amman|Jordanian dinar|Asia
Kazakhstan|Astana|tenge|Asia
Kenya|Nairobi|Kenyan shilling|Africa
Kiribati|Tarawa|Australian dollar|Oceania
Kosovo|Pristina|euro|Europe
Kuwait|Kuwait City|Kuwaiti dinar|Asia
Kyrgyzstan|Bishkek|som|Asia
Laos|Vientiane|kip|Asia
Latvia|Riga|euro|Europe
Lebanon|Beirut|Lebanese pound|Asia
Lesotho|Maseru|loti|Africa
Liberia|Monrovia|Liberian dollar|Africa
Libya|Tripoli|Libyan dinar|Africa
Liechtenstein|Vaduz|Swiss franc|Europe
Lithuania|Vilnius|euro|Europe
Luxembourg|Luxembourg|euro|Europe
Madagascar|Antananarivo|ariary|Africa
Malawi|Lilongwe|Malawian kwacha|Africa
Malaysia|Kuala Lumpur|ringgit|Asia
the Maldives|Malé|rufiyaa|Asia|Maldives
Mali|Bamako|West African CFA franc|Africa
Malta|Valletta|euro|Europe
the Marshall Islands|Majuro|US dollar|Oceania|Marshall Islands
Mauritania|Nouakchott|ouguiya|Africa
Mauritius|Port Louis|Mauritian rupee|Africa
Mexico|Mexico City|Mexican peso|North America
Micronesia|Palikir|US dollar|Oceania
Moldova|Chișinău|Moldovan leu|Europe
Monaco|Monaco|euro|Europe
Mongolia|Ulaanbaatar|tögrög|Asia
Montenegro|Podgorica|euro|Europe
Morocco|Rabat|Moroccan dirham|Africa
Mozambique|Maputo|metical|Africa
Myanmar|Naypyidaw|kyat|Asia|Burma
Namibia|Windhoek|Namibian dollar|Africa
Nauru|Yaren|Australian dollar|Oceania
Nepal|Kathmandu|Nepalese rupee|Asia
the Netherlands|Amsterdam|euro|Europe|Netherlands,Holland
New Zealand|Wellington|New Zealand dollar|Oceania
Nicaragua|Managua|córdoba|North America
Niger|Niamey|West African CFA franc|Africa
Nigeria|Abuja|naira|Africa
North Korea|Pyongyang|North Korean won|Asia
North Macedonia|Skopje|denar|Europe|Macedonia
Norway|Oslo|Norwegian krone|Europe
Oman|Muscat|Omani rial|Asia
Pakistan|Islamabad|Pakistani rupee|Asia
Palau|Ngerulmud|US dollar|Oceania
Palestine|Ramallah|new shekel|Asia
Panama|Panama City|balboa|North America
Papua New Guinea|Port Moresby|kina|Oceania
Paraguay|Asunción|guaraní|South America
Peru|Lima|sol|South America
the Philippines|Manila|Philippine peso|Asia|Philippines
Poland|Warsaw|złoty|Europe
Portugal|Lisbon|euro|Europe
Qatar|Doha|Qatari riyal|Asia
Romania|Bucharest|Romanian leu|Europe
Russia|Moscow|Russian ruble|Europe
Rwanda|Kigali|Rwandan franc|Africa
Saint Kitts and Nevis|Basseterre|East Caribbean dollar|North America
Saint Lucia|Castries|East Caribbean dollar|North America
Saint Vincent and the Grenadines|Kingstown|East Caribbean dollar|North America
Samoa|Apia|tala|Oceania
San Marino|San Marino|euro|Europe
São Tomé and Príncipe|São Tomé|dobra|Africa|Sao Tome and Principe
Saudi Arabia|Riyadh|Saudi riyal|Asia
Senegal|Dakar|West African CFA franc|Africa
Serbia|Belgrade|Serbian dinar|Europe
the Seychelles|Victoria|Seychellois rupee|Africa|Seychelles
Sierra Leone|Freetown|leone|Africa
Singapore|Singapore|Singapore dollar|Asia
Slovakia|Bratislava|euro|Europe
Slovenia|Ljubljana|euro|Europe
the Solomon Islands|Honiara|Solomon Islands dollar|Oceania|Solomon Islands
Somalia|Mogadishu|Somali shilling|Africa
South Africa|Pretoria|rand|Africa
South Korea|Seoul|South Korean won|Asia|Korea
South Sudan|Juba|South Sudanese pound|Africa
Spain|Madrid|euro|Europe
Sri Lanka|Colombo|Sri Lankan rupee|Asia
Sudan|Khartoum|Sudanese pound|Africa
Suriname|Paramaribo|Surinamese dollar|South America
Sweden|Stockholm|Swedish krona|Europe
Switzerland|Bern|Swiss franc|Europe
Syria|Damascus|Syrian pound|Asia
Taiwan|Taipei|New Taiwan dollar|Asia
Tajikistan|Dushanbe|somoni|Asia
Tanzania|Dodoma|Tanzanian shilling|Africa
Thailand|Bangkok|baht|Asia
Timor-Leste|Dili|US dollar|Asia|East Timor
Togo|Lomé|West African CFA franc|Africa
Tonga|Nukuʻalofa|paʻanga|Oceania
Trinidad and Tobago|Port of Spain|Trinidad and Tobago dollar|North America|Trinidad
Tunisia|Tunis|Tunisian dinar|Africa
Turkey|Ankara|Turkish lira|Asia|Türkiye
Turkmenistan|Ashgabat|Turkmen manat|Asia
Tuvalu|Funafuti|Australian dollar|Oceania
Uganda|Kampala|Ugandan shilling|Africa
Ukraine|Kyiv|hryvnia|Europe
the United Arab Emirates|Abu Dhabi|UAE dirham|Asia|United Arab Emirates,the UAE,UAE
the United Kingdom|London|pound sterling|Europe|United Kingdom,the UK,UK,Great Britain,Britain,England
the United States|Washington, D.C.|US dollar|North America|United States,the USA,USA,the US,US,America
Uruguay|Montevideo|Uruguayan peso|South America
Uzbekistan|Tashkent|soʻm|Asia
Vanuatu|Port Vila|vatu|Oceania
Vatican City|Vatican City|euro|Europe|the Vatican,Vatican
Venezuela|Caracas|bolívar|South America
Vietnam|Hanoi|đồng|Asia
Yemen|Sana'a|Yemeni rial|Asia
Zambia|Lusaka|Zambian kwacha|Africa
Zimbabwe|Harare|Zimbabwe Gold|Africa
"""


class Country:
    def __init__(self, line: str):
        fields = line.split("|")
        self.name, self.capital, self.currency, self.continent = fields[:4]
        self.aliases = [self.name] + (fields[4].split(",") if len(fields) > 4 else [])


COUNTRIES = [Country(line) for line in _TABLE.strip().splitlines()]
