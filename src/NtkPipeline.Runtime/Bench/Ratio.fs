namespace NtkPipeline.Runtime

open System.Globalization

/// What a ratio should be.
type Aim =
    | AtMost of float
    | AtLeast of float

/// One measured quantity over a reference that was measured in the same run, so that it means the same on every machine.
type Ratio = {
    /// What was measured: "empirical Θ, structured, N = 7,613, m = 4,096".
    What: string
    /// "s" or "MB", of both numbers.
    Unit: string
    Measured: float
    Reference: float
    /// What it is a ratio to: "two full N×N×m products".
    ReferenceName: string
    Aim: Aim option
}

/// One entry of `Ratios.all`.
type Measurement = {
    /// What a person types to ask for it, in kebab case.
    Name: string
    /// Whether it only runs when named, because it takes minutes.
    OnlyWhenNamed: bool
    /// Measures at so many rows, or as many as its aim is stated for; a sentence where this machine cannot measure it.
    Run: int option -> Result<Ratio list, string>
}

[<RequireQualifiedAccess>]
module Ratio =

    let value (ratio: Ratio) : float = ratio.Measured / ratio.Reference

    /// None where there is no aim.
    let isMet (ratio: Ratio) : bool option =
        ratio.Aim
        |> Option.map (fun aim ->
            match aim with
            | AtMost most -> value ratio <= most
            | AtLeast least -> value ratio >= least)

    let private number (format: string) (x: float) = x.ToString(format, CultureInfo.InvariantCulture)

    let printAim (aim: Aim) : string =
        match aim with
        | AtMost most -> $"""≤ %s{number "0.##" most}"""
        | AtLeast least -> $"""≥ %s{number "0.##" least}"""

    /// "analytic Θ, …: 0.512 s = 0.67 × the Gram product and a copy (0.764 s); aim ≤ 2.5, met".
    let print (ratio: Ratio) : string =
        let aim =
            match ratio.Aim, isMet ratio with
            | Some aim, Some true -> $"; aim %s{printAim aim}, met"
            | Some aim, _ -> $"; aim %s{printAim aim}, MISSED"
            | None, _ -> ""

        let text = number "0.000#"

        $"""%s{ratio.What}: %s{text ratio.Measured} %s{ratio.Unit} = %s{number "0.00" (value ratio)} × %s{ratio.ReferenceName} (%s{text ratio.Reference} %s{ratio.Unit})%s{aim}"""

    /// A time over a time.
    let ofSeconds
        (what: string)
        (seconds: float)
        (reference: float)
        (referenceName: string)
        (aim: Aim)
        : Ratio = {
        What = what
        Unit = "s"
        Measured = seconds
        Reference = reference
        ReferenceName = referenceName
        Aim = Some aim
    }
