namespace NtkPipeline.Core

open System.Text.RegularExpressions

/// A network with one output whose hidden widths are open: the text of a network in which `m` stands for a width,
/// `dense m | erf | dense m | erf | dense 1`. What multiplies the output, and whether it is centred, are not part of it.
type Architecture =
    private
    | Architecture of text: string

    /// The text in one spelling, `repeat` written out, with `m` for the open widths.
    member this.Text = let (Architecture text) = this in text

[<RequireQualifiedAccess>]
module Architecture =

    /// Stands for the open width while a text is read: a prime that nobody writes.
    let private standIn = 999_999_937

    let private fill (width: int) (text: string) =
        Regex.Replace(text, @"\bdense(\s+)m\b", $"dense${{1}}%d{width}")

    let private bare (network: Network) =
        match Network.create network.Layers with
        | Ok bare -> bare
        | Error reason -> invalidArg (nameof network) reason

    /// An architecture with what its text makes of the output: α, and whether the output at θ₀ is taken away.
    let parse (text: string) : Result<struct (Architecture * float * bool), string> =
        let filled = fill standIn text

        if text.Contains(string standIn) then
            Error $"%d{standIn} is not a width"
        elif filled = text then
            Error $"'%s{text}' has no open width; write m where train.widths go: dense m | relu | dense 1"
        else
            NetworkText.parse filled
            |> Result.mapError (fun reason -> reason.Replace(string standIn, "m"))
            |> Result.bind Network.finite
            |> Result.bind (fun network ->
                match Network.outputs network with
                | 1 ->
                    let text = (bare network |> NetworkText.print).Replace(string standIn, "m")
                    Ok(struct (Architecture text, network.OutputScale, network.Centred))
                | _ -> Error $"'%s{text}' must end in dense 1: the pipeline's networks have one output")

    /// The network of one width, without an output scale and not centred.
    let at (width: Width) (Architecture text) : Network =
        match NetworkText.parse (fill width.Value text) with
        | Ok network -> network
        | Error reason -> invalidArg (nameof width) reason

    /// The written method's: `dense m | relu | dense 1`.
    let written: Architecture = Architecture "dense m | relu | dense 1"

    /// An architecture that a run has recorded.
    let ofRecord (text: string) : Result<Architecture, string> =
        parse text |> Result.map (fun (struct (architecture, _, _)) -> architecture)

    let rec private hasStandard (layers: Layer list) =
        layers
        |> List.exists (function
            | Dense(_, prior) -> prior.Parameterisation = Standard
            | Residual branch -> hasStandard branch
            | Activate _
            | LayerNorm _ -> false)

    /// The network whose analytic kernel networks of this width are held against. In NTK parameterisation it does not depend on the
    /// width; in the standard one Θ grows with it (Sohl-Dickstein et al. 2020), so it is taken at the width.
    let limit (width: Width) (architecture: Architecture) : Network =
        let network = at width architecture
        if hasStandard network.Layers then network else at Width.one architecture
