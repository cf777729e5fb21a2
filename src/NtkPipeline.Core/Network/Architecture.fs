namespace NtkPipeline.Core

open System
open System.Globalization
open System.Text.RegularExpressions

/// A network with one output whose hidden widths are open: the text of a network in which `m` stands for a width of dense and conv,
/// `dense m | erf | dense m | erf | dense 1 | scale(2) | centred`. α and centring live here, once.
type Architecture = private {
    Layers: string
    Scale: float
    IsCentred: bool
} with

    /// The layers in one spelling, `repeat` written out, with `m` for the open widths: what stands before α and centring.
    member this.Text = this.Layers

    /// α, which multiplies the output.
    member this.OutputScale = this.Scale

    /// f(x; θ) − f(x; θ₀) is the network's output, rather than f(x; θ).
    member this.Centred = this.IsCentred

[<RequireQualifiedAccess>]
module Architecture =

    /// Stands for the open width while a text is read: a prime that nobody writes.
    let private standIn = 999_999_937

    let private fill (width: int) (text: string) =
        Regex.Replace(text, @"\b(dense|conv)(\s+)m\b", $"${{1}}${{2}}%d{width}")

    let private bare (network: Network) =
        match Network.create network.Layers with
        | Ok bare -> bare
        | Error reason -> invalidArg (nameof network) reason

    /// An architecture over rows or over tokens; JSON is read back by it, too (`PrintedUnions`).
    let parse (text: string) : Result<Architecture, string> =
        let filled = fill standIn text

        if text.Contains(string standIn) then
            Error $"%d{standIn} is not a width"
        elif filled = text then
            Error
                $"'%s{PlainLine.ofWords text}' has no open width; write m where widths go: dense m | relu | dense 1"
        else
            NetworkText.parseAny filled
            |> Result.mapError (fun reason -> reason.Replace(string standIn, "m"))
            |> Result.bind Network.finite
            |> Result.bind (fun network ->
                match Network.outputs network with
                | 1 ->
                    Ok {
                        Layers = (bare network |> NetworkText.print).Replace(string standIn, "m")
                        Scale = network.OutputScale
                        IsCentred = network.Centred
                    }
                | outputs ->
                    Error
                        $"'%s{PlainLine.ofWords text}' must end in dense 1: the pipeline's networks have one output; write dense 1: a run of %d{outputs} classes gives it one output a class")

    /// The first layer of a network's text, with or without open widths, that takes the tokens of texts together, so that the network does
    /// not act on rows; none also where the text is no network.
    let firstOfTokens (text: string) : TokenLayer option =
        match NetworkText.parseAny (fill standIn text) with
        | Ok network -> Layer.firstOfTokens network.Layers
        | Error _ -> None

    /// The whole in one spelling, which `parse` takes back.
    let print (architecture: Architecture) : string =
        let scale = architecture.Scale.ToString("R", CultureInfo.InvariantCulture)

        architecture.Layers
        + (if architecture.Scale = 1.0 then "" else $" | scale(%s{scale})")
        + (if architecture.IsCentred then " | centred" else "")

    /// The same network with another α, which must be finite and above 0.
    let withScale (alpha: float) (architecture: Architecture) : Architecture =
        if Double.IsFinite alpha && alpha > 0.0 then
            { architecture with Scale = alpha }
        else
            invalidArg (nameof alpha) $"an output scale is finite and above 0, not %g{alpha}"

    /// The same network, its output at θ₀ taken away or not.
    let withCentring (isCentred: bool) (architecture: Architecture) : Architecture = {
        architecture with
            IsCentred = isCentred
    }

    /// The network of one width, without an output scale and not centred.
    let at (width: Width) (architecture: Architecture) : Network =
        match NetworkText.parseAny (fill width.Value architecture.Layers) with
        | Ok network -> network
        | Error reason -> invalidArg (nameof width) reason

    /// The written method's layers, `dense m | relu | dense 1`, with α = 1, not centred.
    let written: Architecture = { Layers = "dense m | relu | dense 1"; Scale = 1.0; IsCentred = false }

    /// Whether the layers are the written method's, whatever multiplies the output.
    let isWritten (architecture: Architecture) : bool = architecture.Layers = written.Layers

    let rec private hasStandard (layers: Layer list) =
        layers
        |> List.exists (function
            | Dense(_, prior) -> prior.Parameterisation = Standard
            | Residual branch -> hasStandard branch
            | Activate _
            | LayerNorm _
            | Tokens _ -> false)

    /// The network whose analytic kernel networks of this width are held against. In NTK parameterisation it does not depend on the
    /// width; in the standard one Θ grows with it (Sohl-Dickstein et al. 2020), so it is taken at the width.
    let limit (width: Width) (architecture: Architecture) : Network =
        let network = at width architecture
        if hasStandard network.Layers then network else at Width.one architecture
