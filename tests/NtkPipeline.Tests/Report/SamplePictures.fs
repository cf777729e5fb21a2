/// What a run's figures might be drawn from beside its models.
module NtkPipeline.Tests.SamplePictures

open NtkPipeline.Core
open NtkPipeline.Tests.SampleData

/// Rising with the rows; a draw was refused.
let learning: LearningCurve = {
    Points = [|
        for rows in [ 380; 761; 1522; 3045 ] do
            for draw in 0..4 do
                let names = $"learning/%d{rows}/%d{draw}"

                if (rows, draw) <> (380, 3) then
                    {
                        Rows = rows
                        Draw = draw
                        RelativeRidge = 0.5
                        Validation = [|
                            {
                                Name = "accuracy"
                                Value = 0.81 - 2.0 / sqrt (float rows) + 0.005 * noise names
                            }
                        |]
                    }

        {
            Rows = 6090
            Draw = 0
            RelativeRidge = 0.4
            Validation = [| { Name = "accuracy"; Value = 0.806 } |]
        }
    |]
    Refusals = [| $"the kernel of 380 training rows: %s{hostile}" |]
}

let probes: ProbeKernels[] = [|
    for scale in [ "unit"; "sqrt-d" ] do
        for width in [ 16; 4096 ] do
            let kernel part strength =
                Array.init 64 (fun k ->
                    float32 (
                        (if k / 8 = k % 8 then 1.0 else 0.3)
                        + strength * noise $"%s{scale}/%d{width}/%s{part}/%d{k}"
                    ))

            {
                Spec = (SampleNetworks.run scale width 1.0 0).Spec
                Outputs = 1
                Rows = [| 0..7 |]
                Targets = [| -1.0; -1.0; -1.0; -1.0; 1.0; 1.0; 1.0; 1.0 |]
                Limit = kernel "limit" 0.1
                Initial = kernel "initial" 0.2
                Final = kernel "final" 0.3
            }
|]
