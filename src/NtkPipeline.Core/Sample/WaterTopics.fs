namespace NtkPipeline.Core

/// What people write about water, weather and the earth, in the form of `FireTopics`.
[<RequireQualifiedAccess>]
module internal WaterTopics =

    let text =
        """
= flood 45 flood
+ {^river} bursts its banks, flood reaches {building} in {city}
+ {count} lifted off roofs by helicopter after flood in {country}
+ flood water up to the {window} on {road}, moved {relative} upstairs
+ Flood damage in {region} put at ${2-90} million, {school} closed
- flood of {thing} emails since {morning}, who invented {office}
- flood your {home} with light: blinds from {money} at {shop}
- {reading} the flood story in {@book} with {kids}
- bath overflowed, small flood, one very wet {animal}
- Flood of {memories/tears/nostalgia} hearing {song} on the {vehicle} radio
= flooding 60 flooding
+ Flooding shuts {highway} at {junction}, {lanes}
+ flooding on {road} worse than {year}, {power}
+ {official} declare flooding emergency in {region}, {count} in shelters
+ crops of {food} lost to flooding across {country}, prices to rise
- midfield flooding forward, {team} are {performance}
- offers flooding in for {relative}'s {vehicle}, should've asked {money} more
- new members flooding our {hobby} club, hello {smile}
- The council's plan against flooding goes to a vote {day}, read it here
= deluge 25 deluge
+ Deluge leaves {city} under water, {power}
+ {count} swept away as deluge hits {camp} in {country}
+ {150-400} mm in {3-9} hours: deluge destroys {building} and {building}
- deluge of {homework} and it's only {day}
- after the {advert/newsletter/coupon} deluge I unsubscribed from {shop}
- {band} played through a deluge at {venue}, mud up to the {muscles}, no regrets
- a deluge of {season} apples: send me recipes with {food}
= drowning 35 flood
+ {^count} feared drowning as ferry goes down off {country}
+ lifeguards stop two from drowning near {city} pier, {hospital}
+ {animals} drowning in fields beside {river}, farmers beg for boats
+ Man saved from drowning in {vehicle} on {road}
- drowning in {homework}, send {drink}
- drowning my {food} in gravy and you can't {nostop}
- {team} drowning their sorrows at {shop} after that {performance}
- {artist} - Drowning in {colour} [official video]
- {course} students drowning in debt, {official} shrug
= tsunami 45 tsunami
+ Tsunami warning for coast of {country} after {quake} quake
+ tsunami sirens. we are running uphill with {relative}. {pray}
+ {height} tsunami wave recorded at {city} harbour, boats {down}
+ {count} remain missing {3-10} weeks after tsunami in {country}
- a tsunami of {thing} memes this {morning}
- Tsunami Sushi on {road}: {food} roll {money}
- {reading} {@book} on the {year} tsunami, hard to put down
- {kid} does a tsunami in the bath every {day} night
= hurricane 50 hurricane
+ Hurricane makes landfall near {city}, {power}
+ hurricane took the roof off {building}, we are all in the {cellar}
+ {count} dead as hurricane crosses {country}, {official} say
+ {residents} board up {building} and queue for petrol as hurricane nears
- {relative} went through the fridge like a hurricane
- hurricane season forecast: fewer storms than {year}, says {official}
- hurricane cocktails at {venue}, {drink} for the driver
- {artist} covers Hurricane in {city}, goosebumps
- {town} Hurricanes sign {worker}, fans {thrilled}
= cyclone 55 cyclone
+ Cyclone cuts off {region}, {count} {evacuated}
+ {official}: cyclone has destroyed {50-950} houses in {country}
+ cyclone shelter is full, {relative} and {animals} on the {floor}
- cyclone vacuum from {shop}, sucks up {animal} hair like {nothing}
- rode the Cyclone at {venue} {3-12} times, {stomach} gone
- {game} cyclone build beats {monsters} in seconds
- Today in {schoolyear}: why a cyclone turns the other way in {country}
= typhoon 65 typhoon
+ Typhoon heads for {city}, {count} {evacuated}
+ typhoon winds of {150-260} km/h, trees on {road}, {power}
+ Rice fields lost and {building} gone after typhoon in {country}
- {relative} calls the tumble dryer the typhoon
- typhoon class model ship kit, {300-900} pieces, {money}
- {show} does a typhoon with {3-5} buckets and a fan, love it
- day {2-9} in {country}: typhoon passed us by, {snacks} on the beach
= tornado 45 tornado
+ Tornado on the ground near {city}, take cover {now}
+ tornado flattened {building} and {building} on {road}, {hurt}
+ {count} without homes after tornado tears through {region}
+ we're in the {cellar}, tornado sirens going, {relative} {crying}
- tornado in my {room} and its name is {kid}, {guests} in an hour
- {kid} the human tornado has found the {food}
- {course} class built a tornado in a bottle {smile}
- Tornado potato on a stick at {venue}!!! {money}!!!
- {team} tornado drill ended with {worker} asleep in the {cellar}
= storm 40 storm
+ Storm brings down {building} wall in {city}, {hurt}
+ storm surge over the sea wall at {city}, {residents} on roofs
+ {power} for {count} as storm batters {region}
+ trees through {vehicle} windscreens all along {road} after storm
- {weather} and a storm coming, perfect for {book}
- {team} storm back from {2-4} down, {performance}
- calm before the storm aka {relative}'s visit
- {artist} will take {city} by storm with {song}
- Chance of a storm {day}, {18-27} degrees, light winds. Bring the {washing} in
= hail 35 hailstorm
+ Hail the size of {food} smashes {vehicle} windows in {city}
+ hail ruined every greenhouse in {region}, growers lost ${2-90} thousand
+ {count} {hospital} after hail hits {venue}
- all hail {animal} king of the {sofa}
- hail a cab in {city} they said, it's easy they said
- {relative} hails from {country} and makes {food} like {smell}
- a little hail at {hour}, gone in {3-9} minutes, {smile}
= lightning 35 lightning strike
+ Lightning hits {building} in {city}, {hurt}
+ lightning strike kills {5-60} {animals} on farm in {region}
+ {worker} struck by lightning at {venue}, {hospital}
+ Lightning starts {2-14} new fires in {hills}, {crew} sent
- lightning cable number {4-9} this year, thanks {animal}
- {worker} is lightning fast, {team} got a bargain
- lightning deals at {shop}: {gadget} for {money}
- {song} but every time there's lightning it gets {faster/a semitone higher/sadder}
= blizzard 35 blizzard
+ Blizzard strands {count} in {vehicle} queue on {highway}
+ {^power} and roads {down} as blizzard buries {region}
+ climbers lost in blizzard above {camp}, search at first light
- {food} blizzard with extra fudge, {money}, no {sharing/refunds}
- blizzard of paperwork at {office}
- {game} servers down again, typical {day}
- {weather}: a blizzard of blossom on {road}, so pretty
= snowstorm 40 snowstorm
+ Snowstorm collapses roof of {building}, {hurt}
+ {count} spend third night in {vans/buses/taxis/lorries/trucks/cars} as snowstorm closes {highway}
+ {relative} went for {food} in the snowstorm {5-9} hours ago and isn't back, {pray}
- snowstorm outside, {drink} inside, {animal} on {muscles}
- {kids} praying for a snowstorm so {school} is off
- The {year} snowstorm in old photographs, {venue} until {day}
- watching a snowstorm scene in {30-38} degree {city}
= avalanche 30 avalanche
+ Avalanche sweeps {count} off slope above {city}
+ rescue dogs sent as avalanche covers {building} in {country}
+ avalanche on the {highway} pass, {vehicle} buried, we're digging by hand
- avalanche of {food} fell on me from the cupboard
- {team} win under an avalanche of goals {performance}
- an avalanche of {thing} takes on my feed this {morning}
- Avalanche course for beginners {day}: probes, beacons, {snacks}
= landslide 45 landslide
+ Landslide buries {building} in {country}, {count} missing
+ {highway} shut by landslide at {junction}, {lanes}
+ {5-40} houses gone in a landslide above {city} after days of rain
- won the raffle by a landslide
- {party} predicted to take {region} in a landslide
- {relative} sings landslide at every wedding and we all {crying}
- {worker} voted best in {course} by a landslide {smile}
= mudslide 40 mudslide
+ Mudslide pushes {vehicle} into {river}, {hurt}
+ mudslide took half of {camp}, {crew} digging since {hour}
+ {official} confirm {4-80} dead in mudslide near {city}
- mudslide milkshake from {shop}, {smell}
- {band} festival day {2-4}: the campsite is a mudslide, boots {perished}
- {kid} made a mudslide in the garden, {chores} for a year
= earthquake 60 earthquake
+ {quake} earthquake {km} from {city}, {power}
+ EARTHQUAKE!! felt it on {floor} in {city}, {shook}
+ Earthquake death toll in {country} passes {20-900}, {crew} search {building}
+ {count} sleep in parks after earthquake cracks {building}
- {relative}'s snoring is a {quake} earthquake
- {artist}'s bass was an earthquake at {venue}
- {course}: how an earthquake is measured, explained with {food}
- {year} earthquake museum in {city} reopens, free entry {day}
- earthquake drill at {school}, {kids} thought under the table was {fun/a party/hide and seek}
= aftershock 35 aftershock
+ {quake} aftershock rattles {city}, {residents} back on the streets
+ Aftershock brings down what was left of {building} in {country}
+ another aftershock, {4-30} since {hour}, nobody {sleeps} tonight
- Aftershock festival line-up: {band}, {band} and {band}
- the aftershock of that {exam}, still shaking {sad}
- {drink} aftershock, my {stomach}, never again
- {book} is an aftershock of a novel, five stars
= sinkhole 55 sinkhole
+ Sinkhole swallows {vehicle} on {road}, {lanes}
+ {count} moved out as sinkhole opens under {building} in {city}
+ our {building} car park is now a sinkhole, {height} deep, police tape up
- {game} is a sinkhole for my free time
- {relative}'s handbag is a sinkhole, {gadget} last seen in {year}
- this {gadget} is a money sinkhole, {money} for a hinge
= drought 60 drought
+ Drought: reservoirs at {5-25}% in {region}, {official} bring in rationing
+ {animals} dying beside dry {river} as drought goes on in {country}
+ third harvest lost to drought, {count} need food aid in {country}
- goal drought over for {team}, {performance}
- my love life: drought since {year} {sad}
- drought over, {band} have new music {thrilled}
- {home} plants that like a drought, from {shop}
= dust storm 50 sandstorm
+ Dust storm causes {10-60}-car pile-up on {highway}, {hurt}
+ dust storm over {city}, noon looks like midnight, {relative} {hospital}
+ {official} close airport in {country} as dust storm hits
- cleaning behind the {sofa}, dust storm in progress
- {game} dust storm level, {weapons} jam, {monsters} don't
- shook out {relative}'s rug: dust storm, three {animals} sneezing
"""
