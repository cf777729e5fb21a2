namespace NtkPipeline.Core

/// What is expected of paths through function space.
[<RequireQualifiedAccess>]
module FunctionSpaceClaims =

    /// "12.3°".
    let degrees (radians: float) : string = $"%.1f{radians * 180.0 / System.Math.PI}°"

    let private falls: Claim<FunctionSpaceEvidence> =
        let name = "The wider a network, the closer its path through function space follows its kernel's"

        {
            Name = name
            Judge =
                fun evidence ->
                    evidence.Exponents
                    |> Array.map (fun one ->
                        FallsAlong.judge
                            name
                            $"m ≥ %d{Slope.narrowest}, %s{one.Setting}"
                            "mean angle between the movements ∝ m"
                            "Where the gap to the kernel falls like m^−½ and what is learnt does not depend on the width, so does the angle."
                            (one.Runs, one.Fit))
        }

    let private bends: Claim<FunctionSpaceEvidence> =
        let name = "At ‖x‖ = 1 networks bend away from their kernel's path further than at ‖x‖ = √d"

        let judge (evidence: FunctionSpaceEvidence) =
            let holds, words =
                match evidence.UnitOverRoot with
                | None ->
                    None,
                    "It takes two networks of the greatest width at either norm that ended, and their angles."
                | Some ratio ->
                    let value =
                        $"the mean angle at ‖x‖ = 1 is %.2f{ratio.Estimate} times that at ‖x‖ = √d (95%% band %.2f{ratio.Least} to %.2f{ratio.Most})"

                    let holds =
                        if ratio.Least > 1.0 then Some true
                        elif ratio.Most < 1.0 then Some false
                        else None

                    let meaning =
                        match holds with
                        | Some true -> ""
                        | Some false -> ", smaller"
                        | None -> ", so that no difference is shown"

                    holds, $"At m = %d{evidence.Widest} %s{value}%s{meaning}."

            {
                Claim = name
                Setting =
                    $"m = %d{evidence.Widest}, full batches, %d{evidence.TrainRows} training rows, band over seeds"
                Holds = holds
                Evidence = words
            }

        { Name = name; Judge = judge >> Array.singleton }

    let all: Claim<FunctionSpaceEvidence> list = [ falls; bends ]
