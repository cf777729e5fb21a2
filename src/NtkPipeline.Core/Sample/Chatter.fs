namespace NtkPipeline.Core

/// Patterns for any topic: `{noun}` is what its keyword names. Several tell a disaster in a homely voice, or
/// anything else in a reporter's, so that single words decide little.
[<RequireQualifiedAccess>]
module internal Chatter =

    /// Disasters.
    let literal =
        Grammar.lines
            """
            {count} {evacuated} after {noun} in {city}
            {noun} in {country}: {hurt}
            {official}: {noun} near {city}, {hurt}, {cause}
            {^relative} just rang from {city}. {noun}, {power}, and {animals} still outside {sad}
            no {hobby} {tonight}, {noun} at {venue}, {hurt}
            {noun} took {relative}'s {home} {tonight}. {food} and blankets from neighbours, {crying}
            was buying {food} at {shop} when the {noun} hit {road}, {hospital} with {relative}
            {2-20}% on my {gadget}, {noun} by {building}, {we hear shouting/it is close/nobody coming}
            {team} match off: {noun} near {venue}, {count} {evacuated}
            {noun} at {building}. {workmate} carried {two/three} {persons} out. {hurt}
            {home} is gone. {animal} is gone. {noun} came {clock} while we watched {show}
            {artist} gig stopped, {noun} behind {venue}, everyone on {road} {crying}
            live blog: {noun} in {region}, {lanes}, {power}
            the {noun} in {city} closed {school}; {kids} and {relative} are {evacuated}
            {crew} still at {noun} on {road}, {drink} and {food} welcome at {building}
            {noun} update {clock}: {hurt}. {cause}
            first {noun} I ever lived through, {floor} of {building}, {shook}, {relative} {crying}
            {shop} collecting {food} for {city} after {tonight}'s {noun}, {count} {evacuated}
            {count} still {missing/unaccounted for} {3-40} hours after {noun} in {region}
            {worker} filmed the {noun} from {building}: {hurt}
            {reading} what the {noun} left of {city} {this morning/today/since yesterday}: {hurt}
            birthday {food} in a shelter, {noun} has {highway} {down}, {relative} {crying} but safe
            """

    /// Anything else.
    let figurative =
        Grammar.lines
            """
            {official} rehearse {noun} response at {building} in {city} {day}, no need to call
            {year} {noun} in {country} remembered at {building} {tonight}
            {city}: {official} publish {noun} guide for {residents}, copies from {building}
            {official} in {country} vote {day} on new {noun} fund of ${2-90} million
            {band} film a {noun} on {road} for the {song} video, {lanes}
            novel opens with {@noun} in {city}: {count} {missing/injured/dead} by page {3-40}. {thrilled}
            my {day} was {@noun} with {drink}
            {relative} plus {food} plus {gadget}: {noun} on {floor} of {building}
            dating me is like {@noun} but with {snacks}
            {game}: {noun} level, {count} {evacuated}, {score}
            {artist} called {team} {@noun}, {performance}
            {kid} drew {@noun} for {school}, {crew}, {animals}, the lot {smile}
            false alarm: no {noun} at {building} in {city}, just {food} on fire in a toaster
            it was a drill. {building}, {city}. {crew} went home, {drink} all round
            {course}: {reading} how {country} got ready for {@noun} after {year}
            {show} did {@noun} at {venue} and {count} {hurt}, I {crying}
            Model railway of the {year} {noun} at {building}, {city}, {day}, entry {money}
            {worker} in {city} retires {day} after {20-40} years of {noun} training
            the {noun} of my {exam} has passed, {relative} {thrilled}
            {officials} test the {noun} alarm in {region} at {1-12}pm {day}: only a test
            {noun} insurance from {money} a {week/month/year}. {count} in {city} already joined {shop}
            dreamt of {@noun} in {city} and {relative} saved the {food}, {smile}
            """

    /// A disaster told in play, in print or in a dream is none: `{inner}` is the telling.
    let fictions =
        Grammar.lines
            """
            {show} tonight: {inner}
            dreamt this: {inner}
            {inner} (that's the plot of {book})
            {inner}. In {game}, obviously
            drill at {building} {day}, script says: {inner}
            {year}, on this day: {inner}
            {kid} plays news reader: "{inner}"
            {inner}... then I woke up
            my story for {course}: {inner}
            {inner}. False, says {officials}, please stop sharing
            new {game} mission! {inner}
            {artist} sings: {inner}
            {worker} jailed for hoax call: {inner}
            {inner}?? no, that was {year}. read the date
            """

    /// Small talk that real trouble cuts short: `{inner}` is the small talk.
    let turns =
        Grammar.lines
            """
            {inner}. sorry, have to run, {noun} on {road}
            {inner}, I wrote, and then the {noun} hit {building}
            an hour ago: {inner}. now: {noun}, {hurt}
            {inner}... deleted that, {noun} here is real, {pray}
            {inner}. anyway that was before the {noun}, {power}
            forget what I said ({inner}), {noun} in {city}, {hurt}
            {noun} outside, {evacuated}. and I'd just tweeted {inner}
            not joking this time: {noun}. earlier was {inner}
            """
