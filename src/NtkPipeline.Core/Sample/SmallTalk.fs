namespace NtkPipeline.Core

/// Pieces that make no tweet alone: beginnings, the ends that explain them, and what people add.
[<RequireQualifiedAccess>]
module internal SmallTalk =

    /// Beginnings that say nothing yet; the tail decides.
    let heads =
        Grammar.lines
            """
            {keyword} again on {road}
            Not another {noun}
            {keyword}, {keyword} and more {keyword} in {city} {tonight}
            everyone at {building} is talking about the {noun}
            hear that? {keyword} {clock}
            so {relative} says {noun} and {friend} says relax
            {city} right now: {keyword}
            {keyword} was not on my list for {day}
            never seen a {noun} like this
            What a {noun}
            {keyword} in {city}, {season} edition
            The {noun} has reached {building}
            woke up to {keyword} and {relative} {crying}
            all I see is {keyword}
            {keyword} {clock}, {floor} of {building}
            RT if you're seeing the {noun} too
            that {noun} though
            Anyone else near {road}? {keyword}
            """

    let literalTails =
        Grammar.lines
            """
            {crew} here, {hurt}
            we got out, {building} did not
            {hurt} so far and {cause}
            {lanes}
            {hospital}, {relative} with them
            {count} not accounted for
            roof came off, {animals} loose, {power}
            {residents} told to leave {now}
            this one is real, {pray}
            {power}, water rising
            they carried {relative} to {building}
            {official} confirm {hurt}
            ours is the house with no wall
            can't reach {relative}, {pray}
            """

    let figurativeTails =
        Grammar.lines
            """
            and that was only chapter {2-9} of {book}
            and it's just {relative} making {food}
            {team} again, {performance}
            the queue at {shop}, honestly
            nobody hurt, it's {game}
            {song} on full volume and {friend} dancing
            they're filming {show}, {crew} are actors
            only the drill, {residents} told to leave the {food}
            my {gadget} says {homework} due {now}
            meaning my {room}, {guests} {clock}
            {animal} did it, not sorry
            {lanes} for the parade, {snacks}
            said every {@noun} headline since {year}
            {artist} {tonight}, {money}, be there
            """

    /// What either kind of tweet may go on with.
    let asides =
        Grammar.lines
            """
            {pray}
            can't believe it
            what a {morning/night/mess/week/day}
            {relative} {crying}
            {weather} in {city} as well
            {crying}
            more {later/soon/at {hour}/to come}
            {officials} {silent/arriving/smiling/say wait}
            {drink} needed
            watch: {worker} explains
            pics {below/soon/by @{handle}}
            {now} please
            I'm {fine/ok/shaking/speechless/at {building}}
            still on {road}
            third this {morning}
            {animals} {don't care/unharmed/everywhere/on the road}
            only in {country}
            wow
            thread:
            {relative} saw everything
            {residents} of {city}, you okay?
            how does this {even happen/happen twice/not trend}?
            {adverb} {strange/quick/loud/quiet/bright/cold/grim/lovely}
            my {muscles} hurt
            {workmate} {adverb} {agrees/disagrees/unmoved/nodding/on the phone}
            {kids} {adverb} {asleep/excited/bored/curious}
            {drink} going cold
            told you so
            {count} {watching/online/at the window/in the queue}
            on my way to {venue}
            {road} {adverb} {empty/packed/dark}
            {animal} hiding under the {sofa}
            share {widely/the link/your pictures/your thoughts}
            {gadget} nearly dead
            the {colour} sky over {town}
            {official} thanked
            whole story on the blog
            {adverb} not what I expected
            missing {friend} {tonight}
            any news from {town}?
            {reading} the comments
            signed, {a tired/an angry/a grateful/a confused} {workers}
            via {relative}
            {smile}
            {sad}
            in {year} it was worse
            """
