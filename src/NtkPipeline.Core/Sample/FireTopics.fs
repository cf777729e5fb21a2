namespace NtkPipeline.Core

/// What people write about fire and heat: `= keyword percentage-of-disasters noun`, `+` a disaster, `-` none.
[<RequireQualifiedAccess>]
module internal FireTopics =

    let text =
        """
= ablaze 40 blaze
+ {building} on {road} is ablaze, {crew} on scene
+ {^vehicle} ablaze on the {highway} near {city}, {lanes}
+ can see {building} ablaze from my {window}, {families/neighbours} outside in {pyjamas/blankets/slippers}
+ {count} out of their homes after {@building} was set ablaze in {city} {clock}
- {team} set {venue} ablaze {tonight}, what a {performance}
- {hills} ablaze with {colour} this {season}, best {walk/drive/bike ride} of the year
- {^relative} came home with cheeks ablaze after {hobby}
- Now playing: {band} - {song} #ablaze
- timeline ablaze over {show} again, can we {calm}
= arson 55 arson attack
+ {official} treat {building} fire in {city} as arson, {arrested}
+ Arson suspected after {vehicle} and {vehicle} burn on {road}
+ {count} questioned over arson at {building} in {region}
+ someone tried arson on {building} behind {our} place, smell of petrol everywhere
- my cooking is legally arson. {food} has {perished}
- {show} episode {2-12}: the arson plot makes no {sense}
- {reading} {@book} about an arson trial from {year}
- {^relative} says lighting {0-9}{0-9} candles on a cake counts as arson lol
= burning 30 fire
+ {^building} still burning this {morning}, smoke over {city}
+ {^hills} burning above {city}, {residents} told to leave
+ Something is burning on {road}, {crew} just went {past/by/through}
+ {count} treated after burning {vehicle} blocks tunnel in {region}
+ cargo of {goods} still burning aboard ship off {country}
- burning question: {food} or {food}
- my {muscles} are burning after {exercise} with {relative}
- burning the midnight oil over {homework}, {drink} number {3-9}
- {candle} burning, {weather}, {book} open. bliss
- {song} still burning up the charts after {4-30} weeks
= bush fires 65 bush fire
+ Bush fires close {highway} between {city} and {city}
+ {crew} from {country} fly in to help with bush fires
+ bush fires {km} from {our} farm, moving the {animals} now
+ {official}: {30-900} hectares lost as bush fires reach {region}
- Free talk {day} on how to make your {home} safe from bush fires, {snacks} after
- remember learning about bush fires in {schoolyear} and being scared of {toasters/gas hobs/birthday candles}
- {artist} painted bush fires for {4-40} years, show opens {day} at {venue}
- Bush fires insurance: is your {home} covered? Compare quotes from {money} a month
= flames 35 fire
+ Flames through the roof of {building} on {road}, {crew} arriving
+ {^vehicle} up in flames at {junction}, driver {escaped}
+ flames {height} high behind {building}, we've been told to {shut}
+ {count} pulled from flames at {building} in {city}
- {team} fans, flames emoji only. what a {performance}
- the trainers with flames on the side are back in stock, {money}
- old flames texting me at {hour} like {nothing}
- {game} tip: flames do double damage to {monsters}
- my {exam} went down in flames, anyway who wants {food}
= forest fire 65 forest fire
+ Forest fire near {city} grows to {200-9000} acres, {wind}
+ {count} from {@camp} moved to safety by boat as forest fire spreads
+ forest fire {km} from {relative}'s village in {country}, phones {down}
+ Two helicopters and {20-300} firefighters on forest fire in {region}
- gossip goes round {office} faster than a forest fire
- {show} filmed a forest fire using {3-9} fog machines and {food}
- The moss that grows after a forest fire: a thread by @{handle} #ecology
- {reading} how native peoples used a planned forest fire to feed {animals}
- smells like forest fire in here because {relative} found the incense
= fire truck 50 house fire
+ Fire truck and {crew} outside {building} on {road}, smoke from {floor}
+ fire truck hit by {vehicle} on way to call in {city}, {hurt}
+ third fire truck just passed {our} house heading for {region}, sky is {orange/black/red}
+ {^count} rescued by fire truck ladder from {building}
- {kid} wants a fire truck for his birthday and nothing but a fire truck
- got stuck behind a fire truck at {the drive-through/the bakery}, they were buying {food}
- Vintage fire truck rally at {venue} {day}, {snacks} and rides
- {artist} drove a fire truck onto stage at {venue}
- {band} were loud as a fire truck and twice as red #gig
= heat wave 55 heat wave
+ Heat wave kills {3-90} in {country}, hospitals {overwhelmed/full/short of beds}
+ {official} open cooling centres as heat wave reaches {40-49}C in {city}
+ power {down} across {region} in heat wave, {relative} taken in with heatstroke
+ {count} collapse at {venue} as heat wave enters day {3-12}
- heat wave = {icecream} for breakfast, I don't make the rules
- {band}'s heat wave mix is all I need this {season}
- surviving this heat wave with {drink} and a paddling pool {smile}
- Heat wave SALE! fans from {money} at {shop}
- {28-33} degrees and people here call it a heat wave, bless
= wildfire 70 wildfire
+ Wildfire jumps {highway} near {city}, {residents} told to go now
+ {crew} {hold/battle/watch} wildfire at {5-80} per cent containment in {region}
+ packed the {vehicle} with {animals} and photo albums. wildfire over the ridge. {pray}
+ {^count} missing after wildfire sweeps through {camp} in {country}
- rumours about {show} spread like wildfire at {office}
- {song} catching on like wildfire with {kids}
- Book your wildfire smoke mask now, {money}, ships {day}
- {game}: Wildfire update out {day}, new {weapons}
= smoke 25 smoke
+ Thick smoke over {city}, {school} closed and {residents} kept indoors
+ smoke pouring from {floor} of {building}, {crew} going in
+ Flight turned back to {city} with smoke in cabin, {hurt}
+ {relative} can't breathe for the smoke from {hills}, {4-9} days now
- smoke break with {workmate}, solving the problems of {country}
- hickory smoke on the {brisket/ribs/salmon} is {smell}
- {artist} - Smoke and {thing} (live at {venue}) via @{handle}
- where there's smoke there's {relative} burning {food}
- if {team} want smoke they know where {venue} is
= explosion 45 explosion
+ Explosion at {factory} in {city}, {hurt}
+ huge bang then windows {shook}, people saying explosion at {factory}
+ Gas explosion flattens {building} on {road}, {crew} searching
+ {official} confirm {2-60} hurt in market explosion in {country}
- explosion of {colour} in {relative}'s garden this {morning}
- explosion of flavour in these {food}, {shop} you {beauties/legends/geniuses}
- why does every film need an explosion in the {first} minute
- {candle} craft explosion on my kitchen table, glitter in the {food}
- the population explosion of {animals} in {city} explained in {3-9} charts
= blew up 15 gas main
+ Transformer blew up on {road}, {power} for {count}
+ {^vehicle} blew up outside {building} in {city}, {arrested}
+ gas bottle blew up at {camp}, two lads {hospital}
+ Boiler blew up at {school} in {region}, {hurt}
- my {gadget} blew up with notifications after that {thing} tweet
- {song} blew up overnight and {artist} still works at {shop}
- {relative} blew up at me over the {chores}
- blew up {30-200} balloons for {kid}'s party, {dizzy/seeing stars/regretting it}
- {game} night: {friend} blew up our own {vehicle} again
= lava 20 lava flow
+ Lava crosses {highway} and takes {building} in {region}
+ {residents} watch lava reach gardens of {city}, {count} {evacuated}
+ lava {20-300} metres from {our} village, church bells since {hour}
+ {official}: lava has cut the water main to {city}, tankers sent
- lava cake and {drink} at {shop}, {money} well spent
- floor is lava with {kids} for {2-6} hours. I am {tired}
- lava lamp from {year} still going, {relative} was {sense}
- {game}: fell in the lava with all my {weapons}
- Hike over old lava fields in {country}: our {3-10} day itinerary
= volcano 55 eruption
+ Volcano erupts in {country}, ash over {city}, flights {halted/diverted/grounded}
+ {count} flee as volcano sends rock onto {camp}
+ ash from the volcano on every {vehicle}, can't see {building} from here
+ {official} raise volcano alert to red, {residents} of {region} leave
- {schoolyear} science fair: {kid}'s volcano used {4-9} litres of vinegar
- {snacks} at Volcano Bar, {road}, two for one {day}
- my {stomach} is a volcano after that {food}
- {reading} how a volcano made the year without {season} in {year}
- climbed a volcano in {country}, knees will never {forgive me/recover/be the same}
= electrocuted 40 power line fire
+ {^worker} electrocuted while repairing lines in {region}
+ {animals} electrocuted after storm brings down wires near {city}
+ {count} electrocuted when pole falls on {vehicle}, {official} say
+ boy electrocuted at flooded {building} in {country}, family told
- nearly electrocuted myself making {food} again
- {thing} jokes should be electrocuted
- {show} villain gets electrocuted and comes back NEXT WEEK
- touched the {gadget} with wet hands, electrocuted by {money} worth of art
= meltdown 20 meltdown
+ Coolant lost at reactor in {region}, {official} fear meltdown
+ {count} within {5-30} km told to leave as meltdown risk rises near {city}
+ iodine tablets at {school} because of the meltdown. {pray}
- {kid} had a full meltdown over {food} in {shop}
- {team} meltdown in the {first} half, {performance}
- {gadget} meltdown the night before {homework} is due
- market meltdown explained to {relative} using {food}
- {show} finale gave me a meltdown and I regret nothing
"""
