namespace NtkPipeline.Core

/// What reports are made of: who was there, how many, what was done, when.
[<RequireQualifiedAccess>]
module internal NewsWords =

    let text =
        """
numberword: two | three | four | five | six | seven | eight | nine | ten | a dozen
  | at least {3-60} | more than {10-900} | {2-99} | {2-99} | {100-2500} | up to {20-400} | some {20-90}
  | nearly {30-300}
persons: people | residents | workers | passengers | tourists | children | students | villagers | miners
  | shoppers | guests | fans | pilgrims | fishermen | families | drivers | hikers | nurses | patients
  | farmers | commuters | pensioners | monks | holidaymakers | households | sailors | neighbours | pupils
  | climbers | farm hands | scouts | dancers | campers | teenagers | soldiers | grandparents | refugees
  | infants | trainees | railwaymen | divers | worshippers | cyclists | inmates | lorry drivers
  | picnickers | market traders | newlyweds | apprentices | swimmers | travellers | scientists | choristers
  | bystanders | cleaners | astronomers | skiers | fruit pickers | conscripts | commuters
several: dozens of | scores of | hundreds of | thousands of | busloads of | several | many
count: {numberword} {persons} | {numberword} {persons} | {several} {persons} | {numberword} | {persons}
residents: residents | people | tenants | locals | villagers | neighbours | families | everyone on {road}
  | the whole street
official: {officials} | {officials} | {city} {agency} | {city} {agency} | {officials} in {city}
  | {country}'s {agency} | {region} officials
officials: police | city officials | coastguards | councillors | the authorities | ministers
  | rescue chiefs | aid groups | doctors | fire chiefs | water engineers | investigators | UN staff
  | health officials | harbour pilots | forecasters | rail staff | witnesses | officials | detectives
  | scientists | inspectors | army engineers | officers | medics | prosecutors | meteorologists
  | union leaders | archaeologists | vets | geologists | ambulance chiefs | diplomats | hydrologists
  | bus drivers | customs officers | lawyers
agency: police | officials | doctors | officers | fire chiefs | councillors | coastguards | scientists
  | medics | farmers
crew: crews | fire crews | {2-15} engines | firefighters | rescue teams | volunteers | paramedics | divers
  | {3-12} units | the lifeboat | soldiers | water bombers | medics | police and fire | search parties
  | hazmat teams | climbing clubs | {city} fire department | neighbours with buckets
  | sniffer dogs and handlers | army trucks | chainsaw teams | helicopters | stewards | bomb disposal
  | coast patrols | tugs | park rangers | boats | off-duty nurses | bulldozers | search dogs
  | drones and spotlights | night shift
worker: {workers} | {@workers} | {workers} ({19-67}) | {age} {workers}
age: young | veteran | {19-67}-year-old | local | retired | {city} | off-duty | teenage | rookie
workers: electrician | miner | nurse | welder | driver | goalkeeper | teacher | cyclist | guard | farmer
  | sailor | roofer | cook | striker | plumber | postman | student | tourist | pilot | photographer
  | janitor | jockey | lifeguard | captain | window cleaner | florist | referee | drummer | beekeeper
  | butcher | translator | barber | intern | tailor | vicar | carpenter | librarian | midwife | trucker
  | shepherd | violinist | acrobat | bricklayer | surveyor | chemist | hairdresser | paramedic | mechanic
  | waiter | gardener | ranger | tattooist | bailiff | weightlifter | sculptor | astronomer | fisherman
  | typist | councillor | crane operator | stuntman | magician | lecturer | scaffolder | optician
  | plasterer | bassoonist | ferryman | shopkeeper
hurt: {numberword} {hurt/injured/killed/dead/missing/wounded} | {two/three/five/nine} in hospital
  | no word on {victims/casualties}
  | nobody hurt | one dead | {persons} among the {dead/injured/missing} | driver {critical/killed/unharmed}
  | {3-40} treated for {burns/smoke/shock/cuts} | toll {rising/unclear/expected to rise}
hospital: rushed to hospital | in intensive care | taken to hospital | flown to {city} | treated on scene
  | in surgery | stitched up | on oxygen | concussed | walking wounded | stable tonight
  | discharged already | waiting for surgery
arrested: man arrested | {two/three/four} {arrested/detained/in custody}
  | suspect {on the run/in custody/named}
  | police appeal for {witnesses/footage} | no arrests yet | motive unclear
evacuated: evacuated | moved to {school} | told to leave | without {water/homes/shelter} | in shelters
  | on the move
  | airlifted out | asked to boil water
lanes: all lanes {shut/blocked/closed} | {one/two} lanes shut | avoid the area | expect delays
  | traffic backed up {km}
  | diversion via {road} | road reopened {clock} | tailback to {junction} | use {highway}
power: power out | lights out | {2-90}% without power | no power since {hour} | phones down | grid down
  | power lines down
  | gas cut off | taps dry
down: down | cut | closed | dead | gone | shut until {day} | jammed | out
wind: winds {rising/gusting/shifting} | {30-90} mph wind | rain expected {day}
  | wind turning {north/south/east/west}
  | wind not helping | no rain in sight
quake: {2-8}.{0-9} magnitude | {4-7}.{0-9} | M{4-7}.{0-9} | strong | shallow | moderate
  | {4-7}.{0-9}-magnitude
illness: cholera | measles | flu | ebola | bird flu | norovirus | typhoid | mumps | dengue | anthrax
  | meningitis | E. coli | Legionnaires' | food poisoning | yellow fever | whooping cough | hepatitis
  | rabies | scabies | shingles | salmonella | botulism | polio | malaria | tuberculosis | chickenpox
  | swine fever | foot-and-mouth | scarlet fever | ringworm
escaped: escaped | unharmed | got out | critical | pulled clear | named | fled | in shock
shut: shut windows | stay indoors | close doors and windows | keep vents shut | seal windows | stay in
shook: shook | everything shook | still shaking | rattled | smashed | my hands won't stop | my legs are jelly
pray: please pray | praying | stay safe | thoughts with everyone | prayers for {city}
  | be careful out there | god help us | hope they're ok | hearts with {country} | please share
  | sending love | somebody help | keep them in mind | fingers crossed | terrifying | heartbreaking
  | awful scenes | look after each other | holding my breath | lost for words | so scared | unbelievable
crying: crying | in tears | shaking | singing | praying | filming | calm as ever | sobbing
clock: at {1-12}{am/pm} | at {1-12}:{10-59} | at dawn | overnight | just before midnight | this afternoon
  | {4-50} minutes ago
  | at lunchtime | around {1-12} | at dusk | {1-12}:{10-59}{am/pm} | just after {1-12}
hour: dawn | midnight | noon | lunchtime | {1-12}{am/pm} | {1-12}:{10-59} | sunrise | yesterday
  | {1-12} this morning
day: Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday | tomorrow | today | Aug {2-30}
  | {1-28} July | tonight
  | next week | the weekend | {1-28}/{1-12} | Sunday {morning/evening} | Sept {1-30} | midweek
  | Bank Holiday | mon
morning: morning | afternoon | evening | week | Monday | month
tonight: tonight | again | last night | on {day} | live | yesterday | in {city} | this {morning}
now: now | immediately | at once | tonight | NOW | right now | by {1-12}pm | asap
season: spring | summer | autumn | winter | April | June | harvest | monsoon | October | Easter | Christmas
  | February | half-term | spring break | November | September | Ramadan | Lent | Diwali | midsummer | May
  | leap year
year: 19{10-99} | 18{10-99} | 200{1-9} | 201{1-5} | 17{10-99} | the 19{5-9}0s
  | the {eighties/nineties/seventies/Tudor years}
money: ${2-90} | {2-80} quid | {5-500} euros | ${100-900} | {2-99}.99 | {3-25} bucks | {1-9}.50 | {10-95}p
cause: cause unknown | {wiring/lightning/a candle/vandals/a gas leak/speed/ice/brake failure} blamed
  | inquiry opened | fault known since {year} | third time this {season} | report due {day}
  | faulty boiler suspected | cigarette suspected | arson not ruled out | rats chewed a cable
  | soil saturated | warning ignored | engineers baffled | corroded bolts found | insurers alerted
  | black box recovered | sabotage denied
party: the {Lantern/Orchard/Heron/Plough/Compass/Bellows/Anchor} {Party/Alliance/League}
  | the {left/right/opposition}
schoolyear: year {2-11} | grade {3-9} | geography | chemistry | primary school | first term | summer school
course: geology | History | physics 10{1-9} | nursing | my {writing/ethics/statistics/drama/biology} class
  | engineering
  | sociology | Latin | night school | the PhD | our book club
"""
