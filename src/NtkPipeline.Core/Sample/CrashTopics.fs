namespace NtkPipeline.Core

/// What people write about crashes, collapse and violence, in the form of `FireTopics`.
[<RequireQualifiedAccess>]
module internal CrashTopics =

    let text =
        """
= crash 35 crash
+ {^vehicle} and {vehicle} in crash at {junction}, {lanes}
+ {count} hurt in coach crash on {highway} near {city}
+ just passed a bad crash by {building}, air ambulance landing on {road}
+ Crash investigators reach wreck of light plane in {hills}, {hurt}
- {gadget} crash number {3-9} today, {homework} gone
- crash course in {hobby}: {day} at {venue}, {money}
- can I crash on your {sofa} after {band} in {city}
- sugar crash at {hour}, blame {relative}'s {food}
- {game} crash fix: delete the folder, restart, {calm}
= collision 55 collision
+ Collision between {vehicle} and {vehicle} on {road}, {hurt}
+ Ferry and tanker in collision off {country}, {count} in the water
+ collision right outside {building}, engine came through the {window}
- my {muscles} had a collision with the {sofa} again
- {artist} exhibition: a collision of {colour} and {food} at {venue}
- {course} homework: two {animals} on ice, elastic collision, no friction
- {show} crossover is a collision of everything I love {smile}
= derailment 70 derailment
+ Train derailment near {city}, {count} walk out along track
+ {goods} leaking after freight derailment in {region}, {residents} told to {shut}
+ derailment at {junction}, no trains until {day}, {crew} with cutting gear
- {kid}'s toy train: derailment every {4-9} seconds, same bend, same {crying}
- complete derailment of the {office} meeting by {workmate} and {food}
- Derailment is a boss you can skip in {game}
= airplane accident 70 plane crash
+ Airplane accident at {city} airport, {hurt}, runway shut
+ {official} recover recorder from airplane accident in {hills}
+ {worker} and {relative} named among dead in airplane accident off {country}
- {show} airplane accident episode and I fly {day}, great timing
- {reading} every airplane accident report since {year} for {course}, ask me anything
- spilled {drink} down {a nun/a judge/the pilot's mum} in row {3-30}, worst airplane accident ever
= bridge collapse 70 bridge collapse
+ Bridge collapse over {river}, {vehicle} in the water, {crew} diving
+ {count} still trapped after bridge collapse in {country}
+ bridge collapse {junction}!! we crossed it {3-20} minutes before, {shook}
- {course} project: spaghetti bridge collapse at {2-9} kilos, new record
- The {year} bridge collapse that changed how engineers think, podcast with @{handle}
- {game} bridge collapse bug drops all {animals} into {river}
= collapse 40 collapse
+ Roof collapse at {building} in {city}, {count} inside
+ {worker} dies in trench collapse on {road}, site shut
+ balcony collapse during wedding in {country}, {hurt}
- {team} collapse from {2-4} up, {performance}
- me in collapse position on the {sofa} after {exercise}
- {shop} to collapse under its own queue for {gadget}
- the collapse of the {year} empire, told with {food} puns
= rubble 50 collapse
+ Child pulled alive from rubble of {building} after {20-90} hours
+ {crew} hear tapping under rubble in {city}, ask for silence
+ {count} thought to be under the rubble on {road}, volunteers bring {food}
- {relative}'s renovation: living in rubble since {season}, eating {food} off a toolbox
- {game} pro move: hide in the rubble, wait for {monsters}
- wall gone, {sofa} full of rubble, kitchen by {season} they say {sad}
= demolished 30 demolition
+ {count} homeless after homes demolished by {quake} quake in {country}
+ {vehicle} demolished at level crossing near {city}, {hurt}
+ storm has demolished the pier and {building} at {city}
- {relative} demolished a whole {food} before {guests} came
- {team} demolished them, {performance}
- old {building} on {road} finally demolished to make way for {shop}
- demolished my {homework} in {2-5} hours thanks to {drink}
= flattened 25 storm
+ {^building} and {3-40} homes flattened in {region}, {hurt}
+ whole street flattened, {relative}'s house is a chimney and a door, {city}
+ Crops flattened and {animals} dead after night of wind in {country}
- flattened my {food} in the bag again, still ate it
- {worker} got flattened in the {first} tackle, {team} {thrilled}
- {animal} has flattened every {colour} tulip to make a bed
- hair flattened by {weather}, photo day obviously
= destroyed 35 fire
+ {^building} destroyed by fire {clock}, {official} say cause not known
+ {10-900} homes destroyed in {region}, {count} in tents
+ everything {relative} owned destroyed in the flood, please share: {anything helps/link in bio/even a pound}
- {animal} destroyed another {sofa}, look at that face
- {exam} destroyed me, see you in {season}
- absolutely destroyed {friend} at {game}, {score}
- a childhood destroyed by one {show} remake
= crushed 20 collapse
+ {worker} crushed by falling {goods} at {factory} in {city}
+ {count} crushed at gates of {venue}, {official} stop the match
+ {vehicle} crushed under a tree on {road}, driver {escaped}
- crushed it at {exercise} {tonight}, new best {smile}
- crushed garlic, lemon, {food}: dinner in {9-30} minutes
- {team} crushed {team} and I slept through it
- had crushed on {workmate} since {year}, now they've moved to {country} {sad}
= explosive 40 bomb
+ Explosive device found beside {building} in {city}, {residents} moved
+ {official}: {2-9} killed by explosive left on {vehicle} in {country}
+ bomb squad destroys old explosive on {road}, bang heard {km} away
- {worker} is so explosive off the bench, {team} need that
- explosive interview with {artist} on {show} {day}
- explosive {stomach} after {shop}, don't get the {food}
= bomb 30 bomb
+ Bomb at {building} in {city} kills {2-40}, {official} say
+ Wartime bomb dug up at {junction}, {count} {evacuated}
+ car bomb near {relative}'s office in {country}, can't reach him, {pray}
- this {food} is the bomb
- {home} looks like a bomb hit it, {guests} at {hour}
- photo bomb by {@animal}, best wedding picture ever
- bath bomb set, {colour}, {money}, {shop}
= attack 55 attack
+ Knife attack at {building} in {city}, {hurt}, {arrested}
+ {count} killed in attack on village in {country}
+ Shark attack at {city} beach, {worker} {hospital}
+ attack on aid convoy near {region}, {goods} burnt, {official} say
- panic attack before {exam}, breathing, {drink}, {calm}
- {team} attack looks sharp {tonight}, {performance}
- heart attack when {animal} jumped out of the {washing}
- snack attack: {food} at {hour}
- {party} launches attack ad on {party}, three weeks to go
= hostage 45 hostage crisis
+ Gunman holds {count} hostage in {building}, {city}
+ Hostage freed after {3-90} days in {country}, {hospital}
+ hostage situation on {road}, {school} locked, we're under desks
- {animal} holding my {gadget} hostage until {food} time
- {show} hostage episode, {show} never misses
- {the airline/baggage claim} holding my {washing} hostage in {city} since {day}
= riot 30 riot
+ Riot in {city}: {shops/chemists/banks} looted, {vans/buses/cars} on fire, {official} send water cannon
+ {count} hurt as prison riot in {country} enters {first} day
+ riot on {road}, tear gas in our {room}, staying away from windows
- {friend} is a riot after {drink}
- {band} were a riot at {venue}, {money} best spent
- a riot of {colour} on {relative}'s balcony
- {kids} near riot when {icecream} ran out
= curfew 35 riot
+ Curfew in {city} after second night of unrest, {arrested}
+ {official} extend curfew, {count} told to stay in
+ soldiers on {road}, curfew from {clock}, shops {down}, no bread
- {kid} wants curfew moved to {hour}, nice try
- my curfew is {sleeps}, I'm {30-60} and {tired}
- {band} broke {venue} curfew by {9-40} minutes and nobody {nostop}
= hijack 50 hijacking
+ Hijack of bus in {country} ends, {count} safe, {arrested}
+ Pirates hijack tanker off {country}, {goods} aboard
+ {official}: crew beat off hijack near {city}, two wounded
- {relative} will hijack any chat to talk about {hobby}
- {party} trying to hijack the {food} festival
- don't let {thing} hijack your {morning}. A thread
- {team} hijack {worker} deal at the last minute
= police 45 shooting
+ Police shoot man with axe outside {building} in {city}
+ police cordon on {road}, {count} led out, someone said gun
+ Police find second body after {vehicle} goes into {river}
+ police asking {residents} near {junction} to stay in, helicopter up since {hour}
- fun police at {office} banned {food}
- grammar police, it's {thing}, thank you
- police {animals} on parade at {venue} {day}, cute
- police drama, {food}, {sofa}: my whole {day}
- {show}: police with worse aim than {relative} at darts
= weapon 30 shooting
+ Weapon found after attack on {worker} in {city}, {arrested}
+ {official} say weapon used against {building} in {country} killed {5-60}
+ boy with weapon at {school} in {region}, {hurt}, lockdown
- {team} secret weapon: {worker} and {food}
- best weapon in {game}? asking for {friend}
- {drink} is my weapon against {day} mornings
- {course} essay: was the long bow the weapon of {year}
= battle 25 battle
+ Battle for {city} enters day {4-90}, {count} flee
+ {20-300} dead in battle near border of {country}, {official} say
+ {crew} battle to save {building} on {road}, {wind}
- rap battle at {venue} {day}, {snacks}
- daily battle: me vs {washing}
- {reading} the battle of {year} for {course}, so many {animals}
- {kid}'s brave battle with {food} enters hour {2-4}
= war zone 25 war
+ {worker} from {city} killed in war zone, family told {day}
+ {count} out of war zone in {country} by bus, {hurt}
+ {building} and {school} shelled, {city} is a war zone {tonight}
- {shop} on the {Friday/Saturday/day} before holidays is a war zone
- {kids} had a sleepover, my {room} is now officially a war zone
- pitch at {venue} is a war zone, {team} will lose a knee
= nuclear 35 nuclear accident
+ Leak at nuclear plant in {region}, {worker} {hospital}
+ {residents} near nuclear site in {country} told to {shut}
+ {official} admit nuclear waste reached {river}, {animals} dead
- {relative}'s curry went nuclear, {stomach} {perished}
- {party} debates nuclear power {day}, watch live
- nuclear family of {animals} on our {sofa}
- The nuclear deal of {year} in {5-12} slides for {course}
= oil spill 65 oil spill
+ Oil spill off {country} reaches {city} beaches, {animals} coated
+ {3-90} thousand barrels in oil spill, {official} say {river} closed
+ {crew} lay booms as oil spill nears {region}, fishers lose {season}
- {relative} dropped the {food}, oil spill all over {washing}
- oil spill nails are in, {colour} and green, {money} at {shop}
- {year} oil spill anniversary, {artist} photos at {venue}
"""
