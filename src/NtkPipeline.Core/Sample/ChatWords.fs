namespace NtkPipeline.Core

/// What stands around a tweet's sentence: names of users, tags, places of profiles, openings.
[<RequireQualifiedAccess>]
module internal ChatWords =

    let text =
        """
hfirst: jo | mad | real | its | the | news | miss | dj | old | big | tiny | lazy | sunny | rural | captain
  | kay | zed | luna
  | marsh | echo | salty | north | papa | hey | just | not | grim | lucky | fox | mo | sia | tee | radio
  | daily | live | team
hlast: otter | gazette | baker | writes | fm | alerts | pixel | moss | reads | wick | tribune | runner
  | vox | fields | weather
  | cook | beats | lane | teach | gamer | herald | knits | nurse | harbour | scanner | pod | hound | wave
  | sketch | cyclist
handle: {hfirst}{/_}{hlast}{/{1-99}/_/{1970-2004}} | {hlast}{hfirst}{/{1-9}} | {hfirst}{hfirst}{10-999}
  | {^hfirst}{^hlast}
tag: {^hfirst}{^hlast} | {^adjective}{things} | {hlast} | {hfirst}{hlast} | {hobby}{/life/time}
  | {colour}{thing}
  | {town} | {country} | {country} | {city} | news | breaking | {foods} | NowPlaying | fail | weather
  | staysafe | {season}
  | prayfor{town} | MondayMood | photo | ff | throwback | {foods}lovers | {animals} | {hobby} | traffic
  | help | win | truth
location: {city} | {city} | {city} | {town}, {country} | {town}, {country} | {country} | {country} | {region}
  | {town} / {city} | {city}  | {hlast} {town} | the {cellar} | {relative}'s {sofa}
  | between {city} & {city} | worldwide
  | {adjective} {tree} {road} | somewhere {colour} | {10-60}.{1000-9999},-{1-99}.{1000-9999}
  | earth, mostly | {food} town
  | {city} - {city} | ur {window} | ask @{handle} | planet {things} | everywhere & {city} | est. {year}
  | no | {town}, USA | {city} UK | {town}, ON | upstairs | {city}!! | behind the {sofa}
  | {game} server {2-9} | N. {country}
opening: omg | wow | Update: | BREAKING: | Breaking: | just heard | so | ok | Photo: | Video: | News: | hmm
  | lol | Watch: | ugh
  | {city}: | #{tag}: | RT @{handle}: | .@{handle} | honestly | apparently | dear {city}, | today:
  | [{clock}] | FYI | PSA: | tbh
  | "{hfirst} {hlast}": | reminder: | guys | and now | still: | yes, | wait | {country} -
  | @{handle} @{handle} | new post: | well
"""
