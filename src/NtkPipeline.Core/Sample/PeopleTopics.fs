namespace NtkPipeline.Core

/// What people write about the hurt, the lost and the saved, in the form of `FireTopics`.
[<RequireQualifiedAccess>]
module internal PeopleTopics =

    let text =
        """
= accident 50 accident
+ Accident on {highway} at {junction}: {lanes}
+ {worker} dies in accident at {factory}, {official} investigate
+ bad accident by {school}, {vehicle} on its roof, {relative} stopped to help
- liked a photo from {year} by accident, moving to {country}
- {food} was invented by accident, true story
- Had an accident that wasn't your fault? Call {shop} legal today
- {kid} no accident chart: {3-9} stickers {smile}
= ambulance 45 accident
+ Ambulance and {vehicle} collide at {junction}, {hurt}
+ ambulance after ambulance going to {building}, something big in {city}
+ {count} wait for ambulance after {goods} leak on {road}
- {friend} drives an ambulance now, same {friend} who lost {animals} in a lift
- {relative}'s old ambulance is a camper: {colour} curtains, {drink} shelf
- laughed till I needed an ambulance at {show}
- Ambulance trust seeks {worker}, {money} an hour, apply by {day}
= casualties 60 attack
+ Casualties reported after {vehicle} hits crowd near {building} in {city}
+ {official} put casualties at {20-700} in {country}, more under {building}
+ no casualties so far but {building} is gone, {crew} still here
- the first casualties of my diet: {food} and {food}
- {exam} week casualties: sleep, {hobby}, {friend}
- {reading} on casualties in {year}, {course} paper due {day}
= displaced 60 flood
+ {count} displaced in {country} as fighting reaches {city}
+ Displaced families sleep in {school} in {region}, {goods} running low
+ {200-9000} displaced after {river} rises again
- displaced my {muscles} doing {exercise}, {tired}
- displaced {gadget}, found in fridge with {food}
- {course}: water displaced by {@animal}, Archimedes style
= famine 55 famine
+ Famine declared in {region}, {count} need food {now}
+ {official} in {country}: famine has killed {200-9000} since {season}
+ no rain, no grain, {animals} gone: famine returns to {country}
- feast or famine with {shop} deliveries
- {food} famine at {office}, morale low
- {reading} {@book} on the famine of {year} {sad}
= fatalities 65 crash
+ Two fatalities in {vehicle} fire near {junction}, {lanes}
+ {official}: fatalities rise to {5-90} after {building} collapse in {city}
+ Road fatalities: {vehicle} leaves {highway} {clock}, {count} dead
- {game} run with zero fatalities, {thrilled}
- {course} statistics task: fatalities per mile since {year}
- houseplant fatalities this {season}: {3-9} {sad}
= injured 60 crash
+ {count} injured as {vehicle} overturns on {road}
+ {worker} badly injured at {factory} in {city}, {official} on scene
+ Many injured in crush at {venue}, {country}
- {worker} injured again, {team} are {perished}
- injured my pride at {exercise}, nothing else
- {animal} acts injured whenever {food} is late
= outbreak 60 outbreak
+ {illness} outbreak in {city}, {count} in hospital
+ {official} close {school} and {building} after {illness} outbreak
+ {illness} outbreak at {camp} in {country}, no clean water
- outbreak of {thing} jokes at {office}
- sudden outbreak of {season} in {city}, {icecream} for all
- {game}: Outbreak speed run, {score}, see @{handle}
- spot outbreak before {relative}'s wedding, classic
= quarantine 30 outbreak
+ {count} in quarantine in {city} after {illness} case
+ {official} quarantine {factory}: {animals} test positive for {illness}
+ ship in quarantine off {country}, {illness} aboard, food running low
- quarantine {relative} from the {gadget}, please
- new {animal} in quarantine from old {animal}, hissing through the door
- my virus scanner put my {homework} in quarantine {sad}
= rescue 35 rescue
+ Rescue under way for {count} cut off by {river}
+ helicopter rescue off {building} roof in {city}, {relative} filmed it
+ mine rescue in {country} day {3-15}, {crew} {hold/battle/watch} the shaft
- rescue {animal} has taken over the {sofa} {smile}
- {drink} to the rescue, {day} saved
- {worker} to the rescue as {team} draw in minute {80-95}
- Rescue {animals} seek {homes/laps/gardens}, visit {venue} {day}
= sinking 25 ferry disaster
+ Ferry sinking off {country}, {count} aboard, {crew} out
+ {building} sinking after {river} undercuts it, {residents} leave
+ our boat is sinking near {city}, three of us, flares gone, {pray}
- that sinking feeling: {exam} is {day} not {day}
- {team} sinking down the table, {performance}
- sinking into the {sofa} with {food} and {show}
- basketball: {worker} sinking threes for {team}
= survived 25 earthquake
+ Girl survived {30-120} hours under {building} in {country}
+ {worker} survived fall from {building} in {city}, {hospital}
+ {relative} survived the blast, {count} near him did not
- survived {exercise}, barely, where is my {food}
- I survived {relative}'s karaoke and all I got was {drink}
- how our {animals} survived the move to {country}, a thread
- dinosaurs that survived until {day}: {office} printers
= trapped 35 mine collapse
+ {count} trapped in lift shaft at {building} after {quake} quake
+ {worker} trapped under {goods} at {factory}, {crew} cutting
+ trapped on {floor}, water rising, {road}, please send someone
- trapped in {office} meeting about {thing}
- trapped under {@animal}, can't move, tell {relative}
- {song} trapped in my head since {day}
- trapped wind after {food}, {stomach} {sad}
= wounded 55 shooting
+ {count} wounded in shooting at {venue}, {city}
+ Wounded flown out of {region} as shelling hits {building}
+ {worker} wounded in {vehicle} ambush in {country}, {official} say
- {gadget} wounded, screen gone, {money} to mend {sad}
- {artist} plays a wounded prince in {show}
- my wounded ego after {friend} won {game} {score}
= wreck 25 shipwreck
+ Divers find {2-30} bodies in wreck off {country}
+ wreck on {highway}, {vehicle} folded in half, {lanes}
+ {crew} cut {worker} out of wreck near {junction}
- I'm a wreck after {show}, tissues please
- diving a {year} wreck in {country}, {animals} everywhere {smile}
- {home} is a wreck, {relative} arrives {day}
- wreck this {book} page {3-99} done with {colour} ink
"""
