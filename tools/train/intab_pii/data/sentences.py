"""Sentences of messages, letters and notes: patterns with entities in them (upper-case slots) and patterns without any.

Slots of entities are NAME, FIRST, LAST, EMAIL, ADDRESS, PHONE, CARD, EXPIRY, IBAN, ACCOUNT, SORT, ROUTING, MEMBER, IDENTITY,
DATE, IP; the others are filled by `fillers.py` with what is nobody's.
"""

NAMED = [line for line in """
my name is {NAME}
[hi|hello|hey|good morning], my name is {NAME} and I [have a question|need help|am writing about my {thing}]
[this is|it's] {NAME} [from {company}|calling|again|here]
I am {NAME}
I'm {NAME}, [the new {job}|a {job} at {company}|and I live in {city}]
{NAME} here
call me {FIRST}
[thanks|thank you|cheers], {FIRST}
I spoke [with|to] {NAME} [yesterday|last week|this morning|about this|on the phone] [and nothing has happened|about the {thing}|]
I was [helped|told|served] by {FIRST} [in your store|yesterday|on the phone]
[please|could you|can you] [ask|tell|contact|inform|remind] {NAME} [to {do}|about the {thing}]
{NAME} [will|can|should|is going to] {do} [tomorrow|next week|by {weekday}|]
{NAME} and {NAME} [will|are going to|have to|want to] {do}
{NAME}, {NAME} and {NAME} [are coming|attended the meeting|agreed|will join us|were absent|signed the {thing}]
{FIRST} and {FIRST} [are on holiday|said hi|went home early|already know|disagree]
[Mr|Mrs|Ms|Mr.|Mrs.|Ms.|Dr|Dr.|Prof.|Professor|Miss|Sir|Madam|Herr|Frau|Señor|Judge|Captain|Sister|Father] {LAST} [will see you now|called twice|is not available|asked for the {thing}|agreed to the terms|is our {job}]
[the|our|my|your] [manager|doctor|lawyer|neighbour|landlord|boss|son|daughter|wife|husband|colleague|teacher|accountant|friend|brother|sister|mother|uncle|cousin|flatmate|client|patient|tenant|supervisor|assistant], {NAME}, [{did}|is out of office|has the {thing}|can confirm that]
[the|our|my|your] [manager|doctor|lawyer|neighbour|landlord|boss|son|daughter|wife|husband|colleague|teacher|friend|brother|sister|cousin|partner] {NAME} [{did}|lives in {city}|is not happy|will pick up the {thing}]
{NAME}, [{job}|our {job}|head of {noun}|the {job} of {company}], [{did}|said the {thing} was {adj}|confirmed the {thing}]
{NAME}'s {thing} [is {adj}|has not arrived|was {adj}|needs to be checked]
have you [met|seen|heard from|talked to] {NAME}[ yet| lately| recently|]?
who is {NAME}?
is {NAME} [available|there|in the office|coming] [today|tomorrow|on {weekday}|]?
[yesterday|today|on {weekday}|last {month}], {NAME} {did}
when {NAME} [arrived|left|called|opened the {thing}], the {noun} [was {adj}|was gone|stopped]
according to {NAME}, the {thing} [is {adj}|will be ready on {weekday}|costs {price}]
{FIRST} [thinks|said|told me|believes|is sure] [that|] the {thing} is {adj}
the [winner|author|owner|tenant|applicant|patient|driver|witness|buyer|seller|speaker|candidate|guest|passenger] [is|was] {NAME}
[written|reported|signed|approved|reviewed|prepared|created|edited|translated] by {NAME}
[assigned to|cc|attn|attention|contact|c/o|owner|author|reviewer|assignee|requested by|prepared for|sent by]: {NAME}
the {thing} [belongs to|was sold to|was delivered to|was signed by|is registered to|is for] {NAME}
[meeting|call|lunch|appointment|interview|1:1|session] with {NAME} [at {time}|on {weekday}|about the {thing}|]
happy birthday, {FIRST}!
[dear|hi|hello|hey|hallo|good morning|good evening|greetings] {FIRST}[,|!|]
[dear|hi|hello] {NAME},
[dear|hello] [Mr|Mrs|Ms|Mr.|Ms.|Dr|Dr.|Prof.] {LAST},
[hi|hey|hello] {FIRST} and {FIRST},
[best|kind regards|regards|best regards|sincerely|yours sincerely|cheers|thanks|many thanks|best wishes|warm regards|love|yours|all the best], {NAME}
[best|kind regards|regards|best regards|sincerely|cheers|thanks], {FIRST}
{NAME} [moved|has moved|is moving] to {city} [in {year}|last year|for work|]
{NAME} was born in {city}[ and works as a {job}|]
{NAME} [works|worked] [for|at] {company} [as a {job}|since {year}|in {city}|]
[the|a] book by {NAME} [was {adj}|sold {qty} copies|is about {plural}]
{NAME} [wrote|composed|painted|invented|discovered|founded|directed|designed] [the {thing}|{company}|a {adj} {noun}] [in {year}|]
I'd like to [book|reserve|order|get] a {thing} for {NAME}
the {thing} [is|should be] [under|in] the name [of |]{NAME}
please make the [cheque|invoice|contract|ticket|badge|reservation|certificate] out to {NAME}
please [send|forward|hand] [it|the {thing}|everything] to {NAME}
[my|her|his|their] [maiden name|full name|name|legal name|surname|nickname|last name] is {NAME}
[emergency contact|next of kin|in case of emergency call|guarantor|beneficiary|cardholder|account holder|name on card|policyholder] {NAME}
[I|we] [love|miss|trust|know|saw|met|thanked|followed|visited|invited] {NAME}
{FIRST}, [can|could|would|will] you [please |]{do}?
[sorry|ok|yes|no|sure|well|right|listen|thanks|hey|wait], {FIRST}[, I can't make it|, that works|, see you later|!|.]
{NAME} [plays|sings|teaches|studies|cooks|lives|works|paints|runs] [in {city}|every {weekday}|well|with {plural}]
{LAST} [scored|won|lost|said|argued|wrote|replied|answered] [in {year}|twice|that the {noun} was {adj}|]
[patient|client|customer|employee|tenant|student|member|applicant|insured|user] {NAME} [reports|complains of|states|says|claims|requests] {noun}
[president|minister|senator|coach|chef|mayor|inspector|officer|nurse|chancellor|CEO|director|captain|king|queen|pope] {NAME} [{did}|visited {city}|resigned]
{NAME} ({age}) [from|of] {city} {did}
{NAME} ({job}) and {NAME} ({job}) {did}
between {NAME} and {company}
[hired|fired|promoted|replaced|thanked|interviewed|emailed] {NAME}
{do} [with|for|without|like|instead of] {NAME}
the {thing} [from|by|for|of|to] {NAME} [is {adj}|{was}|cost {price}]
[I|we|they] {did} [with|for|after|before|because of|together with] {NAME}
{NAME} {did}[, and {FIRST} {did}| on {weekday}| in {city}| at {time}|]
{NAME} and [his|her|their] {noun} {did}
{NAME} {did}, [but|so|because|while|then] [he|she|they] {did}
{FIRST} {did} [and|but|so|because] [he|she] {did}
[he|she|they] {did} [but|and|so|because|while] {NAME} {did}
{Noun} {noun}: {NAME}
{NAME} ({city})
{NAME}, {company}
{NAME}, {city}, {year}
{NAME} [of|from|at|with] {company}
[tell|give|show|bring|owe|lend|remind] {FIRST} [the {thing}|{price}|to {do}|a {noun}]
[give|hand|read|email] the {thing} to {FIRST}
[neither|both|either] {FIRST} [and|nor|or] {FIRST} {did}
[where|how|what|when] [is|does|did|was] {FIRST}[ {do}|]?
"[{do}|I {did}|the {noun} is {adj}]", [said|wrote|asked|says] {NAME}
{NAME} [said|says|wrote|explained|added|replied]: "the {noun} is {adj}"
[mum|dad|grandma|my sister|my friend|coach|uncle|aunt|nurse|chef|officer] {FIRST} {did}
[photo|text|translation|music|illustration|edited|posted|art] [by|:] {NAME}
{FIRST} & {FIRST}
{NAME} vs {NAME}
{weekday} {time} {FIRST}, {weekday} {time} {FIRST}
{soup} {NAME} {soup}
{Soup} {NAME} {soup}
{Soup} {FIRST} {soup}
{FIRST} {soup}
{FIRST} {w} [the|a|my|your|to|and|on|it|them|this] {soup}
{NAME} {w} {soup}
{Soup} {NAME}
{Soup}, {FIRST}
{Soup}. {FIRST}
{soup}, {NAME}, {soup}
{FIRST} {w} {soup}, {FIRST} {w} {soup} and {FIRST} {w} {soup}
{soup} [and|with|for|to|by|from|about|ask|tell|bring|see|of] {FIRST} {soup}
{soup} [and|with|for|to|by|from|about|of|named|called] {NAME} {soup}
[my|his|her|our|the|your|their] {w} {FIRST} {soup}
[my|his|her|our|the|your|their] {w} {FIRST}
[a|the|one|our] {w} {w} [named|called] {NAME} {soup}
[love|hugs|xoxo|miss you|thanks|bye|cheers|yours], {FIRST}[, {FIRST}|] and {FIRST}
{FIRST}'s {w} {w} {soup}
is {FIRST}'s {w} {w}?
[ich bin|ich heiße|hier ist|mein Mann|meine Kollegin|Sachbearbeiter:|Name des Patienten:|Herr|Frau] {NAME}[ und wohne in {city}| aus {city}|]
[je suis|mon nom est|ici|votre conseiller,|mon mari|ma fille|Monsieur|Madame] {NAME}[ et j'habite à {city}| de {city}|]
[me llamo|soy|mi nombre es|mi hermana|el señor|la doctora|atentamente,|un saludo,] {NAME}[ y vivo en {city}| de {city}|]
[mi chiamo|sono|il signor|la dottoressa|cordiali saluti,] {NAME}[ e abito a {city}|]
[ik ben|mijn naam is|met vriendelijke groet,|meu nome é|atenciosamente,|nazywam się|pozdrawiam,|jeg heter|benim adım|hilsen] {NAME}
there is no one called {NAME} [here|at this address|in our team]
do not [tell|share this with|forward this to|call] {NAME}
""".strip().split("\n")]

CONTACT = [line for line in """
my [email|e-mail|mail|email address|e-mail address] is {EMAIL}
[you can|please|feel free to] [reach|contact|email|write to|write] me [at|on|via] {EMAIL}
[please |]send [it|the {thing}|the invoice|a copy|all documents] to {EMAIL}
[email|mail|write to|contact|cc|reply to|forward to|send to] {EMAIL}
I [never got|did not receive|have not received] [the|any] [confirmation|reset link|code|email|invoice] at {EMAIL}
my account [is|was] registered [with|under|to] {EMAIL}
the [login|username|user|account|contact|sender|recipient] is {EMAIL}
[change|update] my [email|address|login] from {EMAIL} to {EMAIL}
{EMAIL} [bounced|is not working|is my old address|does not exist|is already taken]
[contact|questions|info|support|press|bookings]: {EMAIL}
[copy|include|add|invite|remove|unsubscribe] {EMAIL} [and {EMAIL}|too|from the list|to the thread|]
{NAME} ({EMAIL}) [{did}|asked about the {thing}|will {do}]
{NAME} <{EMAIL}>
{NAME} <{EMAIL}>, {NAME} <{EMAIL}>
{NAME}, {EMAIL}, {PHONE}
{NAME}, {PHONE}
{NAME} - {PHONE}
{NAME} [|/|;|,] {EMAIL} [|/|;|,] {PHONE}
my [phone|phone number|number|mobile|cell|mobile number|telephone|telephone number|cell phone|WhatsApp|contact number] is {PHONE}
[call|ring|text|phone|reach|message|WhatsApp] me [on|at|under|] {PHONE}[ after {time}| any time| tomorrow| please|]
you can [call|reach|text] [me|us|him|her|{FIRST}|my wife|the office] [on|at] {PHONE}
[tel|tel.|phone|mob|mobile|cell|fax|telephone|t|m|p|ph|call us|hotline|whatsapp]: {PHONE}
[tel|tel.|phone|mobile|cell|fax|ph] {PHONE}
I [tried|called|keep calling|rang] {PHONE} [but nobody answers|three times|and it was busy|]
someone [called|texted] [me|us] from {PHONE}
{PHONE} is [my|her|his|the] [work|home|mobile|old|new|office] number
[is|was] {PHONE} [still |][your|the right|the correct] number?
[new|old|wrong|missed call from|voicemail from|sms from] number[:|] {PHONE}
[please |][call|ring] {NAME} [on|at] {PHONE}[ or write to {EMAIL}|]
{FIRST}'s number is {PHONE}
{FIRST}: {PHONE}
my number changed from {PHONE} to {PHONE}
[reach me at|contact me on|ping me at] {PHONE} or {EMAIL}
[I live at|I live in|we live at|we moved to|I moved to|my address is|our address is|my new address is|my home address is|the address is|he lives at|she lives at|my parents live at|our office is at|we are located at|find us at|come to|visit us at|meet me at] {ADDRESS}
[please |][send|ship|deliver|post|mail|forward] [it|the parcel|my order|the {thing}|everything|the replacement] to {ADDRESS}[ instead|, not to {ADDRESS}| please|]
[the|my|our] [delivery|shipping|billing|invoice|postal|mailing|home|office|new|old|current|registered] address [is|should be|was|:] {ADDRESS}
change [my|the] [delivery |shipping |billing |]address [from {ADDRESS} |]to {ADDRESS}
[the|my] parcel was [left|delivered|sent|returned] to {ADDRESS} [by mistake|instead of {ADDRESS}|yesterday|]
{NAME}, {ADDRESS}
{NAME} lives at {ADDRESS}
{NAME}, [who lives at|living at|residing at|of] {ADDRESS}, [{did}|born {DATE}|hereby agrees]
the [flat|house|shop|accident|party|property|building|apartment|warehouse|event|garage] [at|on|is at|is located at] {ADDRESS} [is for rent|was sold for {price}|has {qty} rooms|is {adj}|]
[pick up|collect|drop off] the {thing} [at|from] {ADDRESS} [at {time}|on {weekday}|]
we are at {ADDRESS}, [next to the station|opposite the park|second floor|ring twice]
[from|to|near|towards] {ADDRESS}
""".strip().split("\n")]

MONEY = [line for line in """
my [card|card number|credit card|credit card number|debit card|visa|mastercard|amex] is {CARD}
[please |][charge|use|bill|refund|debit] [my |the |][card|credit card|visa|mastercard] {CARD}
[card|card no|card no.|card number|credit card|cc|visa|mastercard|amex|debit card|pan][:|] {CARD}[, exp {EXPIRY}| exp {EXPIRY}| expires {EXPIRY}|, valid until {EXPIRY}|, cvv {cvv}| cvc {cvv}|]
I [paid|tried to pay] with [my card|card|my visa|] {CARD} [and it was declined|twice|on {DATE}|but it failed]
the card [|number ]{CARD} [was declined|was charged twice|has been stolen|should be blocked|is not mine|belongs to {NAME}|has expired]
{CARD} is [my old|the|my new|her] card
I lost my card, [the number is |]{CARD}
block [card |my card |]{CARD} [immediately|now|please]
[my|our|the] IBAN is {IBAN}
IBAN[:|] {IBAN}[, BIC {bic}|]
[please |][transfer|wire|pay|send] [{price}|the money|the refund|the rent|the deposit|it] to [the account |account |IBAN |my account |] {IBAN}[ before {DATE}| (account holder {NAME})|]
refund [me |the amount |]to {IBAN}
{IBAN} [is my account|is wrong|belongs to {NAME}|is the new one]
my [bank details|account|bank account|account details] [are|is|:] {IBAN}
my account [number |no |no. |]is {ACCOUNT}[ and the sort code is {SORT}|, sort code {SORT}| and my routing number is {ROUTING}|]
[account|account no|account no.|account number|acct|acct no|a/c|acc. no.|bank account|checking account|savings account|bank account number][:|] {ACCOUNT}
[sort code|sc|branch sort code][:| is|] {SORT}[, account number {ACCOUNT}| account {ACCOUNT}|]
[routing|routing number|ABA|routing no.|ABA number][:| is|] {ROUTING}[, account {ACCOUNT}|]
BSB {SORT}, account {ACCOUNT}
I opened account {ACCOUNT} [in {year}|at {company}|on {DATE}]
[transfer|move] {price} from [account |]{ACCOUNT} to [account |]{ACCOUNT}
the direct debit from account {ACCOUNT} [failed|was returned|is wrong]
my [customer|client|member|membership|account|policy|insurance|contract|subscriber|loyalty|patient|student|employee|meter|medical record|health insurance|frequent flyer|library card] [number|no|no.|ID|id] is {MEMBER}
[customer|client|member|membership|policy|insurance|account|subscriber|loyalty|patient|student|employee|personnel|medical record|insurance policy] [number|no|no.|ID|#][:|] {MEMBER}
[policy|policy no.|insurance policy|membership|customer ID|account ID|member ID|patient ID|MRN|NHS number] {MEMBER} [expires on {DATE}|was cancelled|is in the name of {NAME}|]
my [social security number|SSN|passport number|national insurance number|driver's license|driving licence number|tax ID|ID card number|NHS number|Medicare number|Aadhaar number|CPF|PAN|personal number|visa number] is {IDENTITY}
[SSN|social security number|passport|passport no.|passport number|NI number|national insurance no.|driver's license|licence no.|tax ID|tax number|ID number|NIN|BSN|DNI|PESEL|CPF|VAT ID][:|] {IDENTITY}
{NAME}, [SSN|passport|ID] {IDENTITY}, [born|DOB] {DATE}
[I have been a customer since {year}|I am a long-time customer], [customer|member] [number|no.] {MEMBER}
please [quote|use|mention|note] [your|my] [customer|policy|member] number {MEMBER}
account holder {NAME}, IBAN {IBAN}
""".strip().split("\n")]

DATED = [line for line in """
[I was born on|my birthday is|my date of birth is|date of birth|DOB|born on|born|d.o.b.|birthday|birth date][:|] {DATE}
{NAME} was born [on |]{DATE}[ in {city}|]
{NAME} ([born|b.|DOB|*] {DATE})[ {did}|]
the [meeting|appointment|delivery|concert|deadline|exam|interview|flight|wedding|party|call|audit|launch|course|surgery|hearing] [is|was|has been moved to|takes place|will be] [on |]{DATE}[ at {time}|, {time}|]
[I ordered|I bought|we purchased|it arrived|it was delivered|I paid|I cancelled|I returned it|I signed the contract|it broke|I called you|they replied|I moved|the payment failed] [on |]{DATE}[ and nothing has happened| but it is still {adj}| at {time}|]
[due|valid until|expires|expires on|expiry|issued|issued on|date|dated|from|since|as of|until|starting|effective|invoice date|updated|last updated|posted on|start date|end date|deadline|arrival|departure|check-in|check-out][:|] {DATE}
from {DATE} [to|until|till|through|-|–] {DATE}
between {DATE} and {DATE}
[on|by|before|after|until|since] {DATE}[,|] [the {thing} {was}|I {did}|we have to {do}|everything changed]
{DATE}: [meeting|call|visit|payment|first {noun}|{noun}]
[see you|let's meet|can we meet|are you free] on {DATE}[ at {time}|]?
[we|I] [fly|travel|leave|arrive|move|start|return] on {DATE} [to {city}|and return on {DATE}|with {plural}|]
the contract [starts|ends|was signed|began|renews|runs out] on {DATE}
[policy|warranty|membership|subscription|passport|visa|licence] [valid|expires|expired] [until |on |]{DATE}
[last seen|last login|created|modified|admitted|discharged|diagnosed|vaccinated|enrolled|hired|joined] [on |]{DATE}
our anniversary is [on |]{DATE}
[war|the revolution|the festival|the company|construction] [began|ended|was founded|opened] on {DATE}
[today is|it is|today's date is] {DATE}
{weekday}, {DATE}
[on|next|last] {weekday}, {DATE}[,|] [the {thing} {was}|we {did}|at {time}]
deliver [it |]on {DATE}, not on {DATE}
""".strip().split("\n")]

NETWORK = [line for line in """
[my|the|our|your] [IP|IP address|ip|server|router|host|gateway|public IP] [is|was|address is|:] {IP}
[the|a] [server|printer|host|machine|node|camera|device] [at|with ip|] {IP} [is down|does not respond|is {adj}|needs a reboot|was blocked]
[login|login attempt|connection|request|traffic|failed login|access|packet|sign-in] from {IP}[ at {time}| on {DATE}| ({city})|]
[ping|ssh root@|ssh admin@|traceroute|curl http://|block|allow|deny|scan|telnet|nslookup|connect to|whitelist] {IP}
[connected to|connection to|resolved to|bound to|listening on|redirected to] {IP} [port {port}|failed|timed out|]
{IP} [is blocked|was banned|sent {qty} requests|tried to log in|keeps timing out|is not reachable]
[block|allow|ban] {IP} and {IP}
DNS servers are {IP} and {IP}
user {EMAIL} logged in from {IP}
new sign-in to your account from {IP} [near {city}|on {DATE}|]
http://{IP}:{port}/{noun}
from {IP} to {IP}
""".strip().split("\n")]

PLAIN = [line for line in """
[I|we|they] [want|need|would like|have] to {do}
[please|can you|could you|would you|you should|let's|don't forget to|remember to] {do}
the {thing} [is|was|looks|seems|will be|has been] {adj}[ and {adj}|]
[my|your|the|this|that|our|their|his|her] {adj} {noun} [is|was] {adj}
[my|the|our] order [number |no. |#|]{order} [has not arrived|is late|was {adj}|is missing {qty} {plural}|came without the {noun}]
where is [my |]order [#|number |no. |]{order}?
order [#|no. |number |id |]{order}
[ticket|case|reference|ref|ref.|incident|request|invoice|booking|confirmation|quote|RMA|PO] [number |no. |#|id |]{order} [is still open|was closed|has been {adj}|]
[ticket|case|reference|ref|incident|request|invoice|invoice number|booking|booking reference|confirmation code|quote|RMA|order|order ID|purchase order]: {order}
[I paid|it costs|the price is|total|the total is|we were charged|you owe us|refund of|that's|only|amount due:|subtotal:|the fee is|a discount of|shipping is] {price}[ for {qty} {plural}| per month| instead of {price}|]
[I ordered|we bought|I need|please send|they sent|we have|there are|I counted|add] {qty} {plural}
the {product} [is|was] {adj}[, but the {noun} is {adj}|]
[does|is] the {product} [work with|compatible with|better than] the {product}?
I [love|like|hate|use|sold|returned|recommend] [my|the|your] {product}
[version|v|release|build|update to|upgraded to|running|requires] {version}[ is {adj}| fixes the {noun}| or later|]
{software} {version} [crashes|is out|is {adj}|fails with error {number}|does not start]
[we use|I installed|update|works with|tested on] {software} {version}
the meeting [is|starts|ends] at {time}[ on {weekday}|]
[call|open|closed|available|arrive|lunch|doors open] [at|from|until|between] {time}[ and {time}| to {time}|]
we are open {weekday} to {weekday}, {time} to {time}
in {year}, [the {noun} was {adj}|we {did}|{company} {did}|sales rose by {percent}]
since {year} [we have {did}|it has been {adj}|I have lived in {city}]
[I live in|we moved to|I'm from|greetings from|we travelled to|the weather in|flights to|the train to|a hotel in|she works in|our office in|made in|shipping to] {city}[, {country}| is {adj}| in {month}| next year|]
[{country}|{city}] [is|was] {adj} [in {month}|this {season}|at this time of year]
[{city}|{country}] and [{city}|{country}] [are {adj}|signed a deal|beat {city} in the final]
we [walked|drove] [down|along|through] the [main street|old town|river|avenue|long road|park] [to the station|until {time}|for {qty} minutes]
the [street|road|avenue|lane|square|boulevard|drive] [is|was] [closed|{adj}|full of {plural}|under construction]
turn [left|right] at the [second|next|third] [street|corner|traffic light|road]
{company} [announced|launched|acquired {company}|reported revenue of {price}|opened an office in {city}|is hiring|will {do}|{did}]
[I work|she worked|he interned|they met] at {company}[ in {city}| for {qty} years|]
the [team|people|support|engineers|lawyers] at {company} [are {adj}|{did}|will {do}]
I [may|might|will|can|must|should] {do} [in {month}|tomorrow|soon|later|next week]
[may|can|could|shall|will] [I|we] {do}?
[march|walk|run] to the {noun}
in [May|March|April|June|August|January|October|December] we [often |]{do}
[will|mark|rose|may|bill|grace|hope|faith|drew|frank|art] [is a {adj} word|means something else here|can be a verb]
[the bill is {price}|mark the date|will you {do}|I hope so|a rose is a flower|frank talk|art is {adj}|grace period of {qty} days|pay the bill|have faith|jack up the car|the sum is due]
ISBN {isbn}
the book has ISBN {isbn}[ and costs {price}|]
[part number|part no.|model|model no.|SKU|serial number|serial no.|article|item|item no.|product code|catalog number]: {part}
[part|model|SKU|serial number|item] {part} [is out of stock|does not fit|is {adj}|costs {price}]
[tracking number|tracking|tracking code|parcel|shipment][:| is|] {tracking}
[track|where is] [my |the |]parcel {tracking}
[commit|hash|build|revision|sha|checksum|token|session|request id|uuid|id|trace][:|] {hash}
MAC address {mac}
[dear|hello|hi|hey|good morning|good afternoon] [team|all|everyone|sir or madam|customer|support|support team|customer service|there|colleagues|hiring manager|friends|folks|guys|{company} team|valued customer|sirs|both]
[best|kind|warm] [regards|wishes][,|] [the {company} team|your support team|customer service|]
[thank you|thanks] [for your help|for the quick reply|in advance|for ordering from us|for contacting {company}|so much|very much]
[see|visit|read more at|go to|check|details:|docs:|source:] {url}
{url} [is down|returns error {number}|has the details|]
my card ending in {cvv4} [was declined|was charged twice|is expired]
[card|account] ending [in |]{cvv4}
the last four digits [of my card |]are {cvv4}
the [code|PIN|OTP|verification code|security code|CVV|CVC] is {number}
[it takes|wait|about|at least|more than|within] {qty} [days|hours|minutes|weeks|business days|months]
{percent} of [the {plural}|all users|our customers|people] [are {adj}|{did}|agree]
the [temperature|score|rate|distance|weight|height|length|size|speed] is {measure}
{qty} {plural}, {qty} {plural} and {measure} of {noun}
mix {measure} of {noun} with {qty} {plural} and bake for {qty} minutes
page {number} of {number}
chapter {number}: {Title}
# {Title}
## {Title}
{Title}
{Title}: {Title}
[subject|re|fwd|topic|title|agenda]: {Title}
- {do}
* {noun} {noun}
[1.|2.|3.|4)|a)] {do}
[TODO|FIXME|NOTE]: {do}
the {job} {did} [the {noun}|and left|again]
[our|the|a|one] {job} will {do}
[my|the] [doctor|dentist|manager|landlord|neighbour|wife|husband|son|mother|boss|colleague|lawyer|teacher] {did}[ again| yesterday| in {month}|]
[he|she|they|nobody|someone|everyone|somebody|it] {did}[ and {did}| because the {noun} was {adj}|]
[why|how|when|where] did [he|she|they|you|it] {do}?
what [is|was] the {noun}[ of the {noun}| like|]?
do you [sell|have|know|like|need|want] {plural}?
[yes|no|ok|okay|sure|maybe|of course|not yet|no problem|sounds good|great|perfect|got it|agreed|fine][.|!|, thanks|, will do|]
[lol|haha|wow|omg|hmm|ugh|yay|sorry|oops|brb|np|thx|congrats][!|...|]
the {noun} [and|or] the {noun} [are {adj}|need {plural}|cost {price}]
{plural} [are|were|can be] {adj}[ in {season}| and {adj}|]
{Noun} {noun} [is|was] {adj}
{Adj} {plural} {did}
a {adj} {noun} {did}[ over the {adj} {noun}|]
[if|when|because|although|while] the {noun} is {adj}, [the {noun} {did}|we {do}|you should {do}]
[the|this] [API|server|app|website|page|browser|database|model|function|button|dashboard] [returns an error|is slow|crashed|does not load|is {adj}|returns {number}]
error {number}: {noun} not found
[GPU|CPU|memory|disk|RAM|network] usage is [at |]{percent}
{word} {word} {word} {word}
{word} {word}
{word}
{Noun}
{CAPS} {CAPS}
[blood pressure|heart rate|BMI|glucose|cholesterol|dose]: [{measure}|{number}/{number}|{number}]
take {measure} [twice|once|three times] [a day|daily] [after meals|before bed|with water|]
[the patient|she|he] [has|reports|was treated for|denies] [pain|fever|a cough|headaches|allergies|{noun} pain]
flight {part} [to {city} |from {city} |][leaves|departs|lands] at {time}[ from gate {gate}|]
[room|gate|seat|table|locker|platform|shelf|box|bus|line] {gate}
[the score was|we won|they lost] {score}
[Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday] [is|was|will be] {adj}
[see you|call me|let's talk|back] [tomorrow|on {weekday}|next week|in {month}|at {time}|soon|next {season}]
[the|our] {season} [collection|sale|festival|break] [starts|ends] in {month}
{landmark} is {adj}
we visited {landmark} [and {landmark}|in {city}|last {season}|]
[he|she] studied {subject} at {landmark}
I [speak|learn|studied] [English|German|French|Spanish|Polish|Mandarin|Turkish|Hindi] and [Dutch|Italian|Norwegian|Japanese|Portuguese|Arabic]
[skills|languages|hobbies|interests|tools|keywords|tags|ingredients]: {word}, {word}, {word}[, {word}|]
{Noun}, {Noun} and {Noun}
[Windows|Linux|macOS|Android|iOS|Chrome|Firefox|Safari|Python|JavaScript|TypeScript|Excel|Google|Amazon|PayPal|Netflix|GitHub|WebGPU] [is {adj}|crashed|{version}|does not work|updated itself|asks me to {do}]
[happy new year|merry christmas|happy easter|good luck|get well soon|congratulations|welcome aboard|safe travels|enjoy your meal|good night][!|.|]
the [north|south|east|west] [side|coast|wing|entrance] of [{city}|{country}|the {noun}] is {adj}
[quarter|Q1|Q2|Q3|Q4|fiscal year|FY] {year} [results|report|budget|]
[since|in|during|before|after] the [1980s|1990s|nineties|19th century|20th century|last decade], {plural} {did}
[every|each] {weekday} [at {time}|we {do}|in {month}]
[roses|violets|lilies] are {adj}
you have {qty} new [messages|notifications|followers|points]
{qty} x {product} @ {price}
{soup}
{Soup}
{Soup}
{Soup}, {soup}
{Soup} {noun} {soup}
{Soup} {company} {soup}
{Soup} {city} {soup}
{Soup} {price} {soup}
{Soup} {qty} {soup}
{Soup} {product} {soup}
{Soup} {Noun} {soup}
{soup} {time}
{W} {W}
{W} {W} {W}
{W}: {soup}
{w}: {number}
{w}_{w}={number}
"{w}": {number}, "{w}_id": {number}, "{w}": true, "count": {number}
[in|until|by|for|since|this|next|last|early|late|mid|during|before|after|every] {month} {soup}
{month} and {month} are {soup}
{soup}, but {month} {soup}
{month} {w} {adj}
{Soup} in {month}, {month} and {month}
{month} to {month}
[ext.|extension|ext|room|desk|floor|apt] {number}
[HR|IT|QA|R&D|CEO|CFO|legal|sales], [ext. {number}|room {gate}|floor {qty}|desk {gate}]
paid {price} on {weekday}
[es geht um|ich habe eine Frage zu|wo ist|vielen Dank für|leider ist] [die Rechnung|meine Bestellung|das Paket|den Vertrag|{city}|{order}][ und bitte um Antwort|]
[je voudrais|où est|merci pour|il manque] [la facture|ma commande|le colis|votre aide|{city}|{order}]
[quiero|dónde está|gracias por|me falta] [la factura|mi pedido|el paquete|su ayuda|{city}|{order}]
{noun} = {number};
const {word} = {number};
if ({word} > {number}) return {word};
[GET|POST|PUT|DELETE] /{word}/{word} {number} {qty}ms
[INFO|WARN|ERROR|DEBUG] {word} {word} {word}
""".strip().split("\n")]
