"""Short forms of first names, of our own choosing: folded, each with its full names.

Used to tell that Sam may be Samuel. Never the other way round twice: that Samuel and
Samantha share one says nothing about them.
"""

from collections.abc import Mapping

_LIST = """
abby: abigail
abi: abigail
ade: adebayo adewale
al: alan albert alfred alistair
alex: alexander alexandra alexandria
alf: alfred
alfie: alfred
ali: alison alistair
andy: andrew
ange: angela
annie: anne anna
art: arthur
archie: archibald
barney: barnaby barnabas
becca: rebecca
becky: rebecca
bella: isabella arabella annabella
ben: benjamin benedict
benji: benjamin
bert: albert robert herbert
bertie: albert robert
beth: elizabeth bethany
betty: elizabeth
bill: william
billy: william
bob: robert
bobby: robert
cat: catherine
cath: catherine
cathy: catherine
charlie: charles charlotte
chris: christopher christian christine christina
christy: christina christine
dan: daniel
danny: daniel
dave: david
debbie: deborah
dom: dominic
don: donald
ed: edward edmund edwin
eddie: edward edmund edwin
eli: elijah elias
eliza: elizabeth
ellie: eleanor elizabeth ellen
emmy: emmanuella emmeline
evie: evelyn evangeline
fran: frances francis francesca
frankie: frank francis francesca
fred: frederick alfred
freddie: frederick
gabby: gabrielle gabriella
gabe: gabriel
george: georgina
georgie: georgina georgia george
greg: gregory
gus: angus augustus
hal: henry harold
hari: harikrishnan
harry: henry harold harrison
hattie: harriet
immy: imogen
issy: isabel isabella isabelle isobel
izzy: isabel isabella isabelle isobel
jack: john jackson
jake: jacob
jamie: james
jim: james
jimmy: james
jen: jennifer
jenny: jennifer
jess: jessica
jessie: jessica
jo: joanne joanna josephine
joe: joseph
joey: joseph
johnny: john jonathan
jon: jonathan
josh: joshua
josie: josephine
kat: katherine kathryn katrina
kate: katherine kathryn kathleen
katie: katherine kathryn kathleen
kathy: katherine kathryn kathleen
kit: christopher katherine
ken: kenneth
kim: kimberley
larry: lawrence
leo: leonard leonardo leopold
len: leonard
lexi: alexandra alexis
libby: elizabeth
lily: lilian elizabeth
liz: elizabeth
lizzie: elizabeth
lottie: charlotte
lou: louise louis louisa
lucy: lucinda
maddie: madeleine madison
madge: margaret
maggie: margaret
mandy: amanda
marge: margaret margery
matt: matthew
matty: matthew
max: maximilian maxwell maxine
meg: megan margaret
mel: melanie melissa
micky: michael
mike: michael
millie: amelia camilla emilia mildred
minnie: wilhelmina
mo: mohammed muhammad mohamed
molly: mary margaret
nat: nathan nathaniel natalie natasha
nate: nathan nathaniel
ned: edward edmund
nell: eleanor ellen helen
nic: nicola nicholas
nick: nicholas dominic
nicky: nicola nicholas
ollie: oliver olivia
pam: pamela
pat: patrick patricia
paddy: patrick
peggy: margaret
penny: penelope
pete: peter
phil: philip phillip
pip: philip philippa
pippa: philippa
poppy: penelope
ray: raymond
rachie: rachel
rich: richard
richie: richard
rick: richard
ricky: richard
rob: robert
robbie: robert
ron: ronald
ronnie: ronald veronica
rosie: rose rosemary rosalind
sadie: sarah
sally: sarah
sam: samuel samantha
sammy: samuel samantha
sandy: alexander alexandra sandra
seb: sebastian
shaz: sharon
sid: sidney siddharth
sonny: santino
sophie: sophia
stan: stanley
steph: stephanie
steve: stephen steven
sue: susan susannah
susie: susan susannah
tasha: natasha
tash: natasha
ted: edward theodore
teddy: edward theodore
terry: terence
tess: teresa theresa
theo: theodore theodora
tilly: matilda
tim: timothy
timmy: timothy
toby: tobias
tom: thomas
tommy: thomas
tony: anthony antony
trish: patricia
val: valerie valentina
vicky: victoria
tori: victoria
viv: vivian vivienne
will: william
willy: william
winnie: winifred
zac: zachary zachariah
zach: zachary zachariah
zack: zachary zachariah
zak: zachary zachariah
"""

FULL_NAMES: Mapping[str, frozenset[str]] = {
    short: frozenset(full.split())
    for short, _, full in (line.partition(":") for line in _LIST.split("\n") if line)
}


def is_short_form(short: str, full: str) -> bool:
    """Test if one folded first name is a listed short form of another.

    >>> is_short_form("sam", "samuel"), is_short_form("samuel", "samantha")
    (True, False)
    """
    return full in FULL_NAMES.get(short, ())
