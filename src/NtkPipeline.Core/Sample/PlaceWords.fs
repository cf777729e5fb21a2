namespace NtkPipeline.Core

/// Where things happen: cities and countries (real and invented), roads, buildings, vehicles.
[<RequireQualifiedAccess>]
module internal PlaceWords =

    let text =
        """
city: Lisbon | Osaka | Leeds | Lagos | Denver | Brisbane | Cork | Halifax | Izmir | Quito | Manila | Nagpur
  | Oslo
  | Perth | Tampa | Turin | Ghent | Lyon | Dakar | Bergen | Austin | Tulsa | Boise | Fresno | Calgary | Dundee
  | Hull | Swansea | Gdansk | Brno | Malaga | Naples | Patras | Nairobi | Accra | Kochi | Dhaka | Lahore
  | Hanoi
  | Cebu | Sapporo | Busan | Recife | Cusco | Merida | Havana | Darwin | Hobart | Nelson | Kingston
  | Tucson | Omaha
  | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town}
  | {town} | {town}
  | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town} | {town}
  | {town} | {town}
town: Harwick | Port Ellery | Stonemouth | Ashdale | Wexbridge | Calder Bay | Millhaven | Tarrow | Lindholm
  | Brackley Falls | Pinehollow | Saltmarsh | Redfern Point | Ostervik | Kellan | Dunmarrow | Fairlea
  | Graywater | Holm Creek | Marrowfield | Eastmere | Thornbury Cross | Vellano | Santa Brisa | Cape Morrow
  | Bellweather | Tinsley | Upper Fenn | Oxmoor | Quillby | Corran Head | Blythe Harbour | Easterby
  | Old Sarrow | Winterfold | Kestrel Bay | Loxbridge | Tamsin Hill | Puddlecombe | Varnholt
  | Rio Claro Alto | Monte Perla | Nordvik | Hallowmere | Greywick | Sandhope | Ferrow | Applecross Mills
  | Thistledown | Bramblegate
country: Chile | Peru | Nepal | Japan | Italy | Greece | Turkey | Ghana | Kenya | Mali | India | Pakistan
  | Indonesia
  | Mexico | Haiti | Portugal | Spain | Iceland | Norway | Canada | Brazil | Fiji | Samoa | Vietnam
  | Taiwan | Malaysia
  | Ecuador | Bolivia | Morocco | Algeria | Malawi | Yemen | Oman | Georgia | Poland | Romania | Bosnia
  | Ireland
  | Tonga | Guatemala | Panama | Cuba | Jamaica | Bangladesh | Thailand | Mongolia | Somalia | Sudan
  | Vanuatu | Ukraine
region: the {Tarrow/Ellery/Wex/Morrow/Kellan/Arden} valley | {Calder/Fenn/Larch/Harwick/Moss/Dale} county
  | the {north/south/east/west} {coast/side/of {country}} | {northern/southern/central/upper/rural} {country}
  | the {Grey/Blue/Salt/Long/Iron} {Hills/Plains/Islands/Flats} | {city} {district/suburbs/province/outskirts}
tree: Oak | Elm | Harbour | Chapel | Mill | Station | King | Queen | Market | Birch | Maple | Cedar
  | Quarry | Canal | Orchard | Bridge | Ferry | Castle | Garden | Spring | North | South | Victoria | Union
  | Linden | Foundry | Abbey | Juniper | Saddler | Cooper | Weaver | Lighthouse | Meadow | Sycamore
  | Tanner | Windmill | Prospect | Franklin | Hazel | Willow | Church | Priory | Rope | Candle | Barrack
  | Tower | Granary | Swan | Copper | Brewer | Mason | Fountain | Pilgrim | Falcon | Vine | Temple | Acorn
  | Rosemary | Cobbler
road: {tree} {Road/Street/Lane/Avenue/St/Rd/Drive/Square/Row/Ave/Hill/Terrace/Crescent} | {4-19}th Street
highway: the A{2-98} | Highway {2-99} | I-{4-95} | M{2-62} | Route {3-140} | the ring road | Hwy {4-101}
  | the coast road
  | the motorway | the {northbound/southbound/eastbound} {bypass/carriageway}
junction: exit {2-44} | junction {2-31} | the {tree} roundabout | {road} | mile {3-190} | the {city} turn-off
  | {tree} and {tree}
river: the river {Wex/Tarrow/Ardle/Senn/Moy/Ouse} | Lake {Arden/Morrow/Ilsa/Winnow} | the canal
  | {tree} Creek | the reservoir
  | the {upper/lower} {Senn/Calder/Oster} | the weir at {city}
oldness: old | former | disused | new | little | local | town's | {city} | biggest | {tree} Street | listed
  | Victorian | half-built | abandoned | popular | corner | brick | wooden | three-storey | {artist}
  | community | village | crumbling | riverside | council | converted | overcrowded | much-loved | derelict
  | gleaming | timber-framed | draughty | privately owned | bankrupt | ivy-covered | modern | makeshift
  | medieval
buildings: mill | chapel | grain store | bakery | library | market hall | warehouse | tower block | hotel
  | theatre | pub | cinema | town hall | hostel | care home | supermarket | brewery | museum | garage
  | workshop | apartment block | bowling alley | post office | mosque | church | temple | sports hall
  | laundrette | nightclub | boathouse | courthouse | cathedral | clinic | depot | sawmill | farmhouse
  | riding school | nursery | fish market | petrol station | shopping centre | block of flats | lighthouse
  | kebab shop | swimming pool | dance studio | stadium | observatory | tannery | granary | car park
  | arcade | launderette | crematorium | embassy | greenhouse | synagogue | prison | orphanage | embankment
  | bandstand | barracks gate | tea room | monastery | planetarium | power station | bookshop | call centre
  | gallery | windmill | dairy | vineyard | aquarium | convent | chip shop | bus shelter | skate park
  | shipyard | bank | barn | school gym | cable car station
building: the {buildings} | the {oldness} {buildings} | {@oldness} {buildings} | {@buildings}
  | the {buildings} on {road}
  | {relative}'s {flat/block/office/building/workshop} | our {buildings}
factory: the {product} {factory/plant/works}
  | {@oil/gas/coal} {refinery/depot/terminal} | {@recycling/power/sugar} plant
  | the {dockyard/quarry/steelworks/foundry}
venue: {tree} {Park/Arena/Hall/Gardens/Stadium} | the {city} {Arena/Bowl/Dome/Showground/Palais/Pavilion}
  | the {Copper/Velvet/Silver/Lantern/Crooked/Paper/Blue} {Room/Fox/Anchor/Lounge/Moon/Cellar}
  | {buildings} green | city hall
school: the {primary/high/village/secondary/music/evening} school | {tree} {Academy/High/Primary/College}
  | school
camp: the {refugee/holiday/scout/fishing/base/miners'/summer} camp
  | {@camp site/caravan park/hill village/ski village}
  | {fishing village/hill village/mining town/border town}
hills: hills above {city} | the {ridge/slopes/pine woods/moor/scrub/heath} {near/behind/above} {city}
  | {hills/woods/fields}
vehicles: bus | van | lorry | tram | pickup | taxi | minibus | ambulance | tractor | caravan | motorbike
  | truck | coach | tanker | scooter | camper | school bus | sedan | jeep | bin lorry | delivery van
  | cement mixer | hatchback | train | limousine | hearse | forklift | snowplough | combine harvester
  | mobility scooter | rickshaw | cable car | dinghy | gritter | milk float | pedalo | trailer | cargo bike
  | horsebox | removal van | street sweeper | glider
vehicle: {vehicles} | {colour} {vehicles} | {vehicles} full of {goods} | {relative}'s {vehicles} | {vehicles}
office: the office | the staff room | head office | our {floor} | the group chat | accounts
  | the call centre | the lab
floor: the {first/second/third/fourth/ground/top} floor | the {9-24}th floor | the stairwell | the roof
  | the basement
window: window | balcony | kitchen | desk | bedroom | back door | porch
room: room | bedroom | kitchen | car | study | shed | wardrobe | desk
cellar: cellar | basement | bathtub | hallway | crawl space | storm shelter | cupboard under the stairs
home: home | flat | kitchen | loft | garden | bedroom | shed | living room | balcony
our: our | my | the | {relative}'s
km: {2-40} {km/miles/minutes}
height: {2-30} {metres/feet/m/ft}
product: paper | chemical | paint | fireworks | textile | cheese | battery | tyre | fertiliser | plastics
  | biscuit | match | soap | bleach | fishmeal | solvent | pencil | carpet | glass | sausage | detergent
  | rubber | furniture | candle | cardboard | fibreglass | ketchup
goods: ammonia | diesel | timber | fireworks | milk | cattle | grain | bricks | chlorine | scrap | tyres
  | cement | propane | acid | onions | mattresses | cotton | rice | paint | medicine | oranges | steel
  | cooking oil | beer | gravel | sawdust | fertiliser | plywood | shampoo | cabbages | coal | caustic soda
  | helium | molasses | olive oil | salmon | copper wire | flour | petrol | sulphur | frozen peas | turkeys
  | bitumen | glass | carpets | vinegar
first: first | second | third | last | fourth
"""
