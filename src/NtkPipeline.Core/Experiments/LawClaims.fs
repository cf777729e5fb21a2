namespace NtkPipeline.Core

/// Laws of networks against their width, held against theory's exponents.
[<RequireQualifiedAccess>]
module LawClaims =

    let private power (x: float) = $"%.2f{x}".Replace('-', '−')

    /// "m^−0.49 (95% band −0.53 to −0.46)".
    let fitWords (fit: PowerFit) : string =
        $"m^%s{power fit.Slope} (95%% band %s{power fit.Lower} to %s{power fit.Upper})"

    /// Whether an exponent's whole band agrees with the bound, to within the tolerance; none where only a part of it does.
    let agrees (tolerance: float) (bound: LawBound) (fit: PowerFit) : bool option =
        match bound with
        | LawBound.Exactly value ->
            if fit.Lower >= value - tolerance && fit.Upper <= value + tolerance then
                Some true
            elif fit.Upper < value - tolerance || fit.Lower > value + tolerance then
                Some false
            else
                None
        | LawBound.AtMost value ->
            if fit.Upper <= value + tolerance then Some true
            elif fit.Lower > value + tolerance then Some false
            else None

    let private timed (family: LawFamily) (law: WidthLaw) =
        if law.Time = 0 then
            "before training"
        else
            $"after %d{law.Time} %s{family.Unit}"

    /// Judges the laws of some quantities together: it holds where all agree with theory, and does not where one does not.
    let judge (tolerance: float) (claim: string) (quantities: Quantity list) (family: LawFamily) : Verdict =
        let laws = quantities |> List.collect (family.Of >> List.ofArray)

        let outcomes =
            laws
            |> List.map (fun law -> law.Fit |> Option.bind (agrees tolerance (WidthLaws.bound law.Quantity)))

        let words (law: WidthLaw) =
            match law.Fit with
            | None -> $"%s{Quantity.words law.Quantity} %s{timed family law}: no power law can be fitted"
            | Some fit -> $"%s{Quantity.words law.Quantity} %s{timed family law} ∝ %s{fitWords fit}"

        let holds =
            if laws.IsEmpty then None
            elif List.contains (Some false) outcomes then Some false
            elif List.forall ((=) (Some true)) outcomes then Some true
            else None

        let tolerated = $"%g{tolerance}"

        let source =
            if laws |> List.exists (fun law -> law.Fit.IsSome && not law.IsResampled) then
                "bands come from the scatter about the line, since a width has one seed alone"
            else
                "bands come from seeds drawn anew at each width"

        {
            Claim = claim
            Setting = family.Setting
            Holds = holds
            Evidence =
                if laws.IsEmpty then
                    "No network has these numbers: it takes a kernel that trains by the same steps, or a network that did not diverge."
                else
                    let all = laws |> List.map words |> String.concat "; "

                    $"%s{all}. Theory's exponent is %s{WidthLaws.boundWords laws.Head.Quantity} (Lee et al. 2019), taken to within %s{tolerated}; %s{source}."
        }

    /// Of weights or features, whatever the layer.
    let private isMovement (quantity: Quantity) =
        let text = Quantity.print quantity
        text.StartsWith "weightMovement" || text.StartsWith "featureMovement"

    /// `tolerance`: an exponent's whole band within so much of theory's.
    let all (tolerance: float) : Claim<LawFamily> list =
        let about name quantities : Claim<LawFamily> = {
            Name = name
            Judge = fun family -> [| judge tolerance name (quantities family) family |]
        }

        let moved (family: LawFamily) =
            family.Laws |> Array.map _.Quantity |> Array.distinct |> Array.filter isMovement |> List.ofArray

        let only quantity (_: LawFamily) = [ quantity ]

        [
            about "The kernel at random nears its limit as m^−½" (only Quantity.InitKernelError)
            about
                "The distance of trained networks from the trained kernel falls as m^−½"
                (only Quantity.GapToKernel)
            about "The kernel's movement falls as m^−½ at least" (only Quantity.DeltaTheta)
            about
                "The distance from the linearised network falls as m^−½ at least"
                (only Quantity.GapToLinearised)
            about "Weights and features move less with the width, as m^−½ at least" moved
            about "Gates flip less with the width, as m^−½ at least" (only Quantity.FlippedGates)
        ]
