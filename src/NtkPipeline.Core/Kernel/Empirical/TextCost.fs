namespace NtkPipeline.Core

/// An empirical kernel of texts as far as its cost goes. `Others` is none for the texts with themselves, of which one half is computed.
type TextsSize = {
    TokenFeatures: int
    /// Of the longer of the two sides.
    MostPlaces: int
    Texts: int
    Others: int option
    NumberBytes: int
}

/// What empirical kernels of texts cost, counted from the network's shapes and the places of a text, padding among them.
[<RequireQualifiedAccess>]
module TextCost =

    let private cells (map: LinearMap) = float map.FanIn * float map.Width

    /// Texts that are prepared in all, and pairs that are met.
    let private work (size: TextsSize) (side: int) =
        let strips = float ((size.Texts + side - 1) / side)

        match size.Others with
        | Some others -> float size.Texts + strips * float others, float size.Texts * float others
        | None -> float size.Texts * (strips + 1.0) / 2.0, 0.5 * float size.Texts * float (size.Texts + side)

    let ofMethod (network: Network) (size: TextsSize) (side: int) (way: EmpiricalMethod) : Cost =
        let maps = LinearMaps.ofTexts size.TokenFeatures size.MostPlaces network
        let sum (of': LinearMap -> float) = List.sumBy of' maps
        let outputs = float (Network.outputs network)
        let places = LinearMaps.outputPlaces size.MostPlaces network |> Option.defaultValue 1 |> float
        let parameters = sum (fun map -> cells map + float map.Width)
        let once = sum (fun map -> 2.0 * float map.Places * cells map)

        // Scores: at every pair of a text's places, of every head; both products of attention pass over them.
        let attended =
            sum (fun map ->
                if map.Name.EndsWith "/values" then
                    4.0 * float map.Places * float map.Places * float map.Width
                else
                    0.0)

        let heads =
            sum (fun map ->
                if map.Name.EndsWith "/values" then
                    float map.Places * float map.Places * float map.Width / float map.FanIn
                else
                    0.0)

        let forward = once + attended
        let held = sum (fun map -> float map.Places * float (map.FanIn + map.Width))
        let prepared, pairs = work size side
        let height = float (min side size.Texts)
        let width = float (min side (defaultArg size.Others size.Texts))
        let tile = height * width * places * places
        let each = float size.NumberBytes
        let graph = (height + width) * 3.0 * (held + heads)

        match way with
        | Structured -> {
            Flops =
                prepared * forward * (1.0 + outputs * places)
                + pairs
                  * places
                  * places
                  * sum (fun map ->
                      2.0
                      * float map.Places
                      * float map.Places
                      * (float map.FanIn + float map.Width * outputs))
            Bytes =
                each
                * (tile
                   + graph
                   + 2.0
                     * (height + width)
                     * sum (fun map ->
                         float map.Places * (float map.FanIn + float map.Width * outputs * places))
                   + 3.0 * float TokenGram.most
                   + parameters)
          }
        | Contraction -> {
            Flops =
                prepared * outputs * places * 2.0 * forward
                + 2.0 * pairs * places * places * outputs * parameters
            Bytes =
                each
                * (tile + graph + 2.0 * (height + width) * outputs * places * parameters + 2.0 * parameters)
          }
        | VectorProducts -> {
            Flops = pairs * outputs * places * 6.0 * forward
            Bytes = each * (tile + 2.0 * graph + 4.0 * parameters)
          }
