namespace NtkPipeline.Core

/// What daily chatter is made of: family, food, pets, songs, games, shops, moods.
[<RequireQualifiedAccess>]
module internal LifeWords =

    let text =
        """
relative: mum | dad
  | my {brother/sister/uncle/aunt/gran/grandad/cousin/husband/wife/nephew/flatmate/mother-in-law/niece}
  | my {boss/landlord/neighbour/roommate/teacher/dentist/coach/ex/barber/trainer/lodger} | mom | nan
  | the wife | the kids | our {Bo/Nel/Ira}
  | my {godmother/stepdad/goddaughter/supervisor/optician/hairdresser/accountant/grandson/twin/fiance/pen pal}
  | my {bridesmaid/yoga teacher/bus driver/sensei/chemist/stepmum/godfather/foster dog/great-aunt}
friend: {Jo/Priya/Sam/Tomas/Keisha/Ana/Malik/Bea/Ravi/Elsie/Noor/Finn/Yuki/Dele/Marta} | my best mate
  | @{handle} | my bestie
workmate: {Karen from accounts/the intern/Greg/Olu/Bettina/the new guy/my manager/Sanjay/IT/the temp}
kid: my {toddler/son/daughter/nephew/godson/niece/youngest/eldest} | the {baby/twins/toddler}
  | {Milo/Poppy/Arlo/Zadie/Otis}
kids: the kids | {5-30} toddlers | the twins | teenagers | year {2-9} | my {students/pupils/nieces/cousins}
  | {3-9} boys
animals: cats | goats | dogs | hens | sheep | cows | pigeons | horses | bees | ducks | alpacas | pigs
  | otters | donkeys | seals | parrots | rabbits | foxes | hamsters | penguins | squirrels | owls | geese
  | turtles | elephants | puppies | dolphins | llamas | wasps | crabs | hedgehogs | ponies | swans
  | lobsters | pandas | moths | badgers | toads | camels | lizards | snails | reindeer | mosquitoes
  | flamingos | gulls | crocodiles
animal: cat | dog | goat | parrot | kitten | hamster | pug | greyhound | tortoise | rabbit | goose | pony
  | terrier | gecko | labrador | old cat | neighbour's cat | ferret | corgi | donkey
  | three-legged {cat/dog/hen} | spaniel | budgie | chinchilla | dachshund | iguana | mule | poodle
  | whippet | cockatoo | tabby | beagle | axolotl
food: {foods} | {foods} | {foods} | {taste} {foods}
taste: spicy | cold | leftover | homemade | vegan | burnt | free | cheesy | gran's | crispy | soggy
  | {city} | smoked | stale | buttery | undercooked | organic | microwaved | mysterious | honeyed
  | smuggled | gluten-free | pickled | deep-fried | bargain | raw | garlicky | sticky | airport | instant
  | grilled
foods: noodles | pancakes | curry | toast | tacos | dumplings | lasagne | porridge | samosas | pizza
  | chips | brownies | soup | jollof | ramen | falafel | meatballs | custard | pickles | doughnuts
  | popcorn | risotto | pierogi | cornbread | waffles | mangoes | sausages | nachos | crumpets | hummus
  | kimchi | biscuits | cheesecake | lentils | burritos | stew | paella | croissants | gnocchi | trifle
  | beans | oysters | muffins | scones | sardines | bananas | couscous | fudge | kebab | omelette
  | strawberries | bagels | tiramisu | sauerkraut | ravioli | gingerbread | watermelon | mussels | chutney
  | macaroni | enchiladas | pretzels | yoghurt | marmalade | moussaka | quiche | rhubarb | baklava
  | cauliflower | meringue | haggis | asparagus | pavlova | coleslaw | apricots | polenta | aubergine
  | granola | shortbread | pumpkin pie | squid | goulash | flapjacks | cherries | spinach | cinnamon rolls
  | truffles | chowder | lychees
drink: coffee | tea | cocoa | lemonade | cider | ginger beer | espresso | oat milk | gin | iced latte
  | mango lassi | rum | wine
  | prosecco | squash | kombucha | root beer | a smoothie | dandelion tea | decaf | whisky | horchata
snacks: {food} and {drink} | free {food} | {drink} included | bring {food} | tea and {food} | cake
  | {drink} provided | raffle | face painting | live accordion | dogs welcome | plant sale | bring a chair
  | under 12s free | parking limited
icecream: ice cream | gelato | sorbet | the {food} | lollies | frozen {food}
smell: divine | heaven | unreal | chef's kiss | a crime | suspicious | glorious | love itself | my childhood
colour: blue | crimson | gold | green | purple | silver | pink | yellow | black | teal | orange | white
  | copper | neon | beige | scarlet | turquoise | mustard | lilac | magenta | olive | navy | violet
  | maroon | ivory | emerald | amber | khaki | peach | charcoal | mint
candle: scented candle | craft kit | string light | vanilla candle | cinnamon candle | lava candle
  | beeswax candle | hobby
sofa: sofa | couch | armchair | bed | carpet | beanbag | futon | hammock | rug | washing pile
gadget: phone | laptop | toaster | router | headphones | tablet | kettle | keyboard | blender | printer
  | charger | drone | smartwatch | microwave | hairdryer | console | camera | washing machine | playlist
  | vacuum | air fryer | alarm clock | dishwasher | radiator | projector | electric blanket | e-reader
  | sat nav | doorbell | rice cooker | scanner | modem | speaker | lawnmower | waffle iron | thermostat
  | battery pack | soundbar | juicer | webcam | calculator
homework: homework | emails | deadlines | coursework | laundry | spreadsheets | marking | tax forms
  | slides | exam notes | the dissertation | thank-you cards | paperwork | revision | code review | admin
  | invoices | lesson plans | essays | ironing | minutes | applications | footnotes | budget forecasts
  | rehearsals | flashcards | timesheets | lab reports | wedding invitations | bibliographies | job adverts
chores: dishes | bins | laundry | thermostat | hoovering | remote | last biscuit | parking
exam: driving test | chemistry exam | interview | finals | spin class | maths paper | dentist | diet
  | presentation | audition | spelling bee | eye test | job trial | oral exam | piano recital | salsa class
  | thesis defence | swimming badge | bake sale | citizenship test | parents evening
hobby: knitting | pottery | judo | salsa | chess | archery | karaoke | birdwatching | yoga | gardening
  | sea swimming | crochet | skateboarding | baking | juggling | darts | calligraphy | origami | fencing
  | stamp collecting | rowing | badminton | macrame | trampolining | bouldering | ballroom | taxidermy
  | beekeeping | quilting | improv | croquet | kayaking | poetry | woodwork | bell ringing | tap dancing
  | metal detecting | cosplay | surfing | snooker | tai chi | choir | marathon training | pinball | whittling
exercise: leg day | yoga | spin | squats | the {5-21}k run | pilates | the stairs | circuits | aerobics
  | {30-150} burpees | hot yoga
muscles: legs | arms | knees | shoulders | calves | feet | lap | thighs | toes | eyes | elbows | back
stomach: stomach | tummy | head | belly | gut | face
thing: Monday | sock | hot take | mushroom | owl | spoiler | wedding | dad joke | moustache | unicorn
  | reply-all | astrology | crypto | avocado | penguin | comma | parking | haiku | banana | clown | pickle
  | horoscope | selfie | otter | glitter | bobble hat | croissant | garden gnome | bassoon | pyjama | kazoo
  | tinfoil | leaf blower | houseplant | emoji | jigsaw | beard | velvet | bingo | karma | elevator
  | biscuit | capybara | toothbrush | yodel | disco | sausage dog | mermaid | cactus | typo | lasagne
  | snowman | hiccup | ukulele | accordion | raccoon
washing: washing | suitcase | laundry | luggage | socks | wet towels | duvet
shop: Pellow's | the corner shop | Tandy & Fern | Bargain Barn | Moxie Mart | Nettle | Brindle Home
  | the market | Sole Trader
  | Gadgetorium | Crumb | the mall | HomeNest | Zipcart | the garden centre | Lark and Loaf | Cobble Books
band: {adjective} {things} | the {things} | {things} of {city} | {colour} {things}
artist: {^colour} {thing} | DJ {thing} | Lil {things} | MC {adjective}
  | {Odda/Rexo/Wilf/Ottoline/Verna/Iggo} {tree} | {Monna/Cassie/Ezro} {colour}
adjective: Velvet | Electric | Broken | Midnight | Hollow | Golden | Savage | Lonely | Plastic | Paper
  | Sleepy | Wild | Silent | Neon | Feral | Tiny | Lunar | Gentle | Rusty | Infinite | Burning | Falling
  | Atomic | Drowned | Shattered | Crimson | Haunted | Restless | Bitter | Velour | Magnetic | Forgotten
  | Brittle | Glorious | Reckless | Marble | Whispering | Tangled | Frozen | Distant | Elastic | Obsidian
  | Clumsy | Phantom | Wandering | Smoky | Thundering | Trembling | Invisible | Radioactive | Humble | Secret
things: Pigeons | Lanterns | Mirrors | Tigers | Wolves | Satellites | Rivers | Ghosts | Sirens | Robots
  | Orchids | Cowboys | Engines | Shadows | Thunderclouds | Saints | Teacups | Vandals | Comets | Matches
  | Harbours | Earthquakes | Ashes | Volts | Sparrows | Cathedrals | Machines | Strangers | Diamonds
  | Foxes | Tornadoes | Lullabies | Marigolds | Pharaohs | Radios | Hurricanes | Cowards | Flames
  | Butterflies | Pilots | Skeletons | Monsoons | Neighbours | Bandits | Glaciers | Cornets | Carnivals
  | Umbrellas | Fossils | Oracles | Jellyfish | Widows | Gardeners | Avalanches | Bridges | Embers
song: {adjective} {things} | {Under/Over/Into/Before} the {things} | "{adjective} {Heart/Love/Night/Sky}"
  | {city} {Blues/Nights/Rain}
  | {things} on {road} | "My {adjective} {city}"
show: the {Baking/Island/Castle/Hospital/Detective/Pirate/Dragon/Lawyer} show | {adjective} {things}
  | season {2-9} of {adjective} {things} | the {season} finale | {city} Nights
  | {Detective/Doctor/Captain/Chef} {tree}
  | the {Gardening/Auction/Spelling/Vampire/Submarine/Antiques/Circus/Beekeeper/Royal/Ghost} show
  | {Inspector/Nurse/Sergeant/Professor} {tree}
book: {adjective} {things} | memoir | {colour} novel | comic | biography | cookbook | {year} diary
  | library book
game: {things} {2-6} | {adjective}craft | {things} Online | Dungeon {foods} | {city} Kart | Farm {things}
  | {colour} {things} VR
reading: reading | just finished | podcast on | article: | thread: | now showing: | listening to | essay on
  | documentary about
monsters: trolls | zombies | bots | ghosts | ogres | bosses | lag | robots | campers
weapons: swords | maps | loot | skins | armour | crossbows | shields | potions
team: {town}{ Rovers/ Otters/ Herons/ Wanderers/ Badgers/} | our lads
  | the {Otters/Herons/Puffins/Badgers/Stoats/Kites/Gannets}
performance: unreal | what a night | refs were blind | {0-5}-{0-4} | proud | typical | scenes | hopeless
  | season over | dreadful | heroic | shambles | take a bow | down to {nine/ten} | best in {year}
  | penalty at the death | clueless | back four asleep | sack the manager | champions elect | poetry
  | never in doubt | own goal obviously | robbed | goosebumps | worst half since {year} | keeper on fire
  | embarrassing | magnificent | we go again | missed a sitter | standing ovation
score: {0-9}-{0-9} | {10-99} to {3-40} | rematch {day} | no mercy | {3-40} kills | new record | gg
weather: rain | sunshine | snow | fog | drizzle | {10-33} degrees | wind | cold | clear skies | mist
guests: guests | the in-laws | landlord | {friend} | my date | the cleaner
adverb: strangely | suddenly | barely | totally | quietly | oddly | weirdly | painfully | finally | mostly
  | definitely
  | clearly | slightly | sadly | luckily | genuinely | literally | absolutely | eerily | extremely
  | surprisingly | already
smile: :) | :D | ;) | <3 | lol | haha | yay | xx | ^_^ | :-) | bless | love it | winning | blessed
  | so worth it | cracking up | hehe | woohoo | best life | no notes | chuffed | priceless | adorable
  | ten out of ten would repeat
sad: :( | :'( | ugh | smh | sigh | meh | :/ | help | oh well | RIP me | typical me | send help | why me
  | crying inside | it me | never mind | goodbye cruel world | adulting | sob | facepalm
thrilled: thrilled | furious | obsessed | gutted | speechless | over the moon | losing it | unbearable | smug
tired: tired | finished | broken | done | asleep standing | sore | sticky
perished: perished | doomed | finished | ruined | gone to a better place | toast | done for | over
sense: no sense | confused | zero sense | my day | livid | bored | some sense
calm: breathe | relax | calm down | keep calm | log off | not | chill | move on
nothing: nothing happened | it's {year} | a dream | magic | mad | nobody's business
nostop: can't stop me | won't judge | may not ask why | shall not pass | minded
sleeps: sleeps | 9pm | whenever | bedtime | ten | rests
"""
