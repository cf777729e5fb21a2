namespace NtkPipeline.Core

open System.Globalization

/// A network as data: its layers, input side first, of which each can stand where it stands, and what is made of the
/// last one's output y(x; θ):
///     f(x; θ) = α·y(x; θ), or, centred, α·(y(x; θ) − y(x; θ₀)), which is 0 before training (Chizat et al. 2019).
/// α multiplies f, so K and Θ are those of y times α². Centring leaves Θ as it is and makes K, the covariance of f before
/// training, 0 everywhere.
type Network = private {
    Steps: Layer list
    Alpha: float
    IsCentred: bool
} with

    member this.Layers = this.Steps
    /// α.
    member this.OutputScale = this.Alpha
    member this.Centred = this.IsCentred

[<RequireQualifiedAccess>]
module Network =

    /// More than this and a kernel takes its time for nothing.
    let mostLayers = 4096

    let rec private count (layers: Layer list) =
        layers
        |> List.sumBy (function
            | Residual branch -> 1 + count branch
            | Dense _
            | Activate _
            | LayerNorm _
            | Tokens _ -> 1)

    /// The network of these layers, input side first, or the reason why there is none.
    let create (layers: Layer list) : Result<Network, string> =
        if layers.IsEmpty then
            Error "a network has at least one layer"
        elif count layers > mostLayers then
            Error $"a network has at most %d{mostLayers} layers"
        else
            Shape.aboveAll Shape.input layers
            |> Result.map (fun _ -> { Steps = layers; Alpha = 1.0; IsCentred = false })

    /// The network with other layers, and the same made of their output.
    let withLayers (layers: Layer list) (network: Network) : Result<Network, string> =
        create layers |> Result.map (fun found -> { network with Steps = found.Steps })

    /// α itself, if an output may be multiplied by it.
    let checkScale (alpha: float) : Result<float, string> =
        if alpha > 0.0 && alpha <= 1e6 then
            Ok alpha
        else
            let text = alpha.ToString("R", CultureInfo.InvariantCulture)
            Error $"the scale of an output is above 0 and at most 1e6, not %s{text}"

    /// The network with α times its output; α replaces the one that it had.
    let scaled (alpha: float) (network: Network) : Result<Network, string> =
        checkScale alpha |> Result.map (fun alpha -> { network with Alpha = alpha })

    /// The network less its own output at θ₀.
    let centred (network: Network) : Network = { network with IsCentred = true }

    /// The written method's network, `dense m | φ | dense 1`: bias-free, σ_w = 1. A wrong argument of φ is a bug.
    let oneHidden (activation: Activation) (width: Width) : Network =
        match create [ Dense(width, Prior.unit); Activate activation; Dense(Width.one, Prior.unit) ] with
        | Ok network -> network
        | Error reason -> invalidArg (nameof activation) reason

    /// The layers of a list and of every branch in it, in the order of the text.
    let rec private flatten (layers: Layer list) : Layer list =
        layers
        |> List.collect (fun layer ->
            match layer with
            | Residual branch -> layer :: flatten branch
            | Dense _
            | Activate _
            | LayerNorm _
            | Tokens _ -> [ layer ])

    /// The network itself if it acts on rows: no layer of it takes tokens together.
    let ofRows (network: Network) : Result<Network, string> =
        match Layer.firstOfTokens network.Layers with
        | Some layer -> Error(TokenLayer.notOfRows layer)
        | None -> Ok network

    /// Whether it makes one vector of each text: a pool or flatten is in it.
    let gathers (network: Network) : bool =
        match Shape.aboveAll Shape.input network.Layers with
        | Ok top -> top.Places = TokenPlaces.Gathered
        | Error reason -> invalidOp reason

    /// (fan_in, width, prior) of every dense layer of a network over rows of `features` entries, in the order of the text: the
    /// order of parameters.
    let denseLayers (features: int) (network: Network) : (int * int * Prior) list =
        let folder (fanIn, found) layer =
            match layer with
            | Dense(width, prior) -> width.Value, (fanIn, width.Value, prior) :: found
            | Activate _
            | LayerNorm _
            | Residual _ -> fanIn, found
            | Tokens layer -> Layer.refusedBefore layer

        flatten network.Layers |> List.fold folder (features, []) |> snd |> List.rev

    /// How many outputs the network has.
    let outputs (network: Network) : int =
        match Shape.aboveAll Shape.input network.Layers with
        | Ok { Width = Some width } -> width.Value
        | Ok { Width = None } ->
            invalidArg
                (nameof network)
                "how many outputs it has depends on the inputs: no dense layer is on top"
        | Error reason -> invalidOp reason

    /// Whether an attention of it has positions, one a place: at finite width all its texts then have as many places.
    let hasPositions (network: Network) : bool =
        flatten network.Layers
        |> List.exists (function
            | Tokens(TokenLayer.Attention attention) -> attention.Scales.Position > 0.0
            | _ -> false)

    /// The network itself if it exists at finite width: what acts on kernels only does not.
    let finite (network: Network) : Result<Network, string> =
        flatten network.Layers
        |> List.fold
            (fun sound layer ->
                match layer with
                | Activate activation ->
                    sound |> Result.bind (fun () -> Activation.finite activation |> Result.map ignore)
                | Dense _
                | LayerNorm _
                | Residual _
                | Tokens _ -> sound)
            (Ok())
        |> Result.map (fun () -> network)
