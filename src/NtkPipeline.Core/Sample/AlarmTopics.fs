namespace NtkPipeline.Core

/// What people write about danger, damage and alarm, in the form of `FireTopics`.
[<RequireQualifiedAccess>]
module internal AlarmTopics =

    let text =
        """
= catastrophe 25 catastrophe
+ {official} call it a catastrophe: {count} without water in {country}
+ catastrophe at {factory}, whole {region} smells of chlorine, {hurt}
+ From the air the catastrophe in {city} has no edge, {building} after {building} under water
- hair catastrophe before {worker} interview, hat it is
- {team} defence is a catastrophe, {performance}
- {food} catastrophe, smoke alarm sings, ordering from {shop}
- a catastrophe of {animals} in one {sofa} photo
= damage 45 storm
+ Damage to {building} and {school} in {city} after {quake} quake
+ storm damage on every street of {region}, {power}
+ {official} survey damage from air, {count} cut off
- that {food} did some damage, belt undone
- {money} of damage at {shop}, no regrets {smile}
- emotional damage from {show}
- Hair damage? {3-7} tips from {artist}
= danger 20 gas leak
+ Dam in danger above {city}, {residents} told to leave {now}
+ {count} in danger as ice breaks up on {river}
+ Danger from gas cloud over {region}, {official} say {shut}
- {animal} lives for danger: licked a {gadget}
- {friend} plus {drink} equals danger
- Danger Street by {band} out {day}
- no danger of {team} scoring, {performance}
= emergency 35 emergency
+ State of emergency in {region} after {river} floods {city}
+ {vehicle} plane in emergency landing on {highway}, {hurt}
+ emergency at {factory}: {goods} leak, {worker} {hospital}, roads {down}
- emergency {food} run with {relative}
- fashion emergency, need {colour} shoes by {hour}
- emergency kit list for your {vehicle}: torch, blanket, {snacks}
- {team} call emergency meeting after that {performance}
= evacuation 65 fire
+ Evacuation of {building} in {city}, {crew} find gas
+ {official} order evacuation of {region} as {river} rises
+ evacuation, {15-50} minutes to pack, what do you take {relative}? {animals} first
- evacuation drill at {office}: {workmate} saved the {food}
- mass evacuation of {sofa} when {relative} sings
- {year} evacuation of {kids} from {city}, radio play, {day}
= hazard 30 gas leak
+ Hazard: {goods} across {highway} at {junction}, {lanes}
+ chemical hazard at {factory}, {residents} of {city} told to {shut}
+ Falling ice a hazard on {road}, {worker} {hospital}
- {kid}'s bricks are a hazard to my {muscles}
- {animal} asleep on stairs, trip hazard level {3-9}
- choking hazard labels on {food}, come on
- Hazard lights on, parking like {relative}
= mayhem 20 riot
+ Mayhem in {city} as {vehicle} ploughs into {building}, {hurt}
+ shots, then mayhem at {venue}, {count} run into {road}
+ Mayhem at border of {country}: {goods} stopped, two crushed
- Monday mayhem at {shop}: {food} {money}
- {kids} plus {icecream} equals mayhem {smile}
- {game} mayhem mode with {friend}, {score}
- pure mayhem at {band} {tonight}
= panic 15 explosion
+ Panic as shots heard near {venue} in {city}, {hurt}
+ {count} flee in panic after {quake} quake, {building} cracked
+ panic on the {highway}, {vans/buses/taxis/lorries/trucks/cars} abandoned, fire both sides
- don't panic, {shop} has {food} again
- panic bought {3-12} {colour} {thing} mugs
- {band} - Panic Season (demo, {year})
- panic revising for {exam} with {drink} at {hour}
= screaming 15 crash
+ people screaming on {road}, {vehicle} through window of {shop}
+ heard screaming from {building}, flames on {floor}, called {crew}
+ {count} ran screaming from {venue} after blast in {city}
- SCREAMING, {artist} liked my {thing}
- {kids} screaming on {@vehicles} for {3-9} hours, send {drink}
- screaming goat on {show} has my voice
- me screaming every word of {song} in the {vehicle}
= siren 20 emergency
+ siren in {city} means get to the {cellar}, rockets from the border
+ Flood siren sounded along {river}, {residents} told to climb
+ {vehicle} siren, then smoke from {building}, {count} carried out
- {artist} sings like a siren, {song} on repeat
- {animal} howls at every siren in {city}
- siren red lipstick {money} at {shop}
- new {gadget} alarm is a siren, {relative} fell off {sofa}
= thunder 25 thunderstorm
+ thunder then a hit on {building}, roof burning in {city}
+ Thunder and floods leave {count} stranded in {region}
+ {hurt} as thunder stampedes {animals} at {venue}
- thunder {thighs/calves} and proud
- {town} Thunder beat {team}, {score}
- love falling asleep to thunder, {animal} doesn't
- steal {friend}'s thunder, get engaged at their wedding
= whirlwind 20 tornado
+ Whirlwind throws bouncy castle into {road}, {hurt}
+ whirlwind ripped {building} roof off in {city}, {goods} everywhere
+ {count} hurt by whirlwind at {camp} in {country}
- whirlwind {3-9} days in {city}, {snacks}, no sleep
- whirlwind romance on {show}, they met {day}
- {kid} is a whirlwind of {colour} paint
"""
