/// Findings as a run might make them: two input scales, five widths, three seeds, one more learning rate, one diverged
/// run, and texts that try to break out of the page.
module NtkPipeline.Tests.SampleFindings

open NtkPipeline.Core
open NtkPipeline.Tests.SampleData
open NtkPipeline.Tests.SampleKernel
open NtkPipeline.Tests.SamplePictures

let private widths = [| 16; 64; 256; 1024; 4096 |]

let private slopes: Slope[] = [|
    for scale in [ "unit"; "sqrt-d" ] do
        for quantity, slope in
            [
                Quantity.DeltaTheta, (if scale = "unit" then -0.14 else -0.84)
                Quantity.InitKernelError, -0.5
                Quantity.GapToKernel, -0.49
                Quantity.GapToLinearised, -0.8
            ] do
            {
                Quantity = quantity
                Spec = RunSpec.series (SampleNetworks.run scale 256 1.0 0).Spec
                Slope = slope
                Lower = slope - 0.03
                Upper = slope + 0.03
                Widths = [| 256; 1024; 4096 |]
            }
|]

let private differences: AgainstKernel[] = [|
    for scale, value in [ "unit", -0.016; "sqrt-d", -0.002 ] do
        for width in widths do
            {
                Spec = (SampleNetworks.run scale width 1.0 0).Spec
                Epoch = None
                Difference = { Value = value; Lower = value - 0.006; Upper = value + 0.006 }
                AtEnd = Some { Value = value; Lower = value - 0.006; Upper = value + 0.006 }
            }
|]

let private verdicts: Verdict[] = [|
    for scale, reaches, isLazy in [ "‖x‖ = 1", false, false; "‖x‖ = √d", true, true ] do
        {
            Claim = "Wide networks reach the kernel's accuracy"
            Setting = $"%s{scale}, 1 unit of learning rate, 50 epochs"
            Holds = Some reaches
            Evidence = "m = 4096 reaches 0.802 ± 0.003 & the kernel 0.806"
        }

        {
            Claim = "The tangent kernel moves by less than 5% at m = 4096"
            Setting = $"%s{scale}, 1 unit of learning rate, 50 epochs"
            Holds = Some isLazy
            Evidence = if isLazy then "ΔΘ = 2.5% ± 0.1%" else "ΔΘ = 130% ± 8%"
        }
    {
        Claim = "A small network with a larger learning rate beats the kernel"
        Setting = "‖x‖ = √d, m = 16, 1.9 units, against the tuned kernel"
        Holds = None
        Evidence = $"the paired interval −0.9 … +0.4 points holds 0 <b>%s{hostile}</b>"
    }
|]

let private sources: RunSources =
    let made stages : Source list = [
        for stage in stages -> { Stage = stage; Digest = (Digest.ofParts [ stage ]).Hex }
    ]

    {
        Data = made [ "read-tweets/train"; "split-tweets"; "reduce-dimension" ]
        Kernel = made [ "split-tweets"; "fit-ridge" ]
        Networks = made [ "train-network/m=16"; "train-network/m=64" ]
        Comparison = made [ "compare-models" ]
    }

let private labels count = Array.init count (fun k -> if noise $"label/%d{k}" > 0.0 then 1.0 else -1.0)

/// The whole, of a synthetic sample or of tweets.
let make (isSynthetic: bool) : Findings =
    let runs = [|
        for scale in [ "unit"; "sqrt-d" ] do
            for width in widths do
                for memberNumber in 0..2 do
                    SampleNetworks.run scale width 1.0 memberNumber
        for memberNumber in 0..2 do
            SampleNetworks.run "sqrt-d" 16 1.9 memberNumber
    |]

    {
        Seed = 18446744073709551615UL
        Data = data isSynthetic
        Features = features
        Combination = Some combination
        Tokens = None
        Dimensions = dimensions
        Kernel = kernel
        Suspects = [|
            { Id = RowId.ofPlace 48; Text = hostile; Positive = true; LeftOut = -1.25 }
            { Id = RowId.ofPlace 51; Text = "plain"; Positive = false; LeftOut = 0.75 }
        |]
        Calibration =
            Calibration.judge
                10
                (labels 6090)
                kernel.LeftOutOutputs
                (labels validationRows)
                kernel.ValidationOutputs
        ValidationLabels = labels validationRows
        Picture = picture
        Learning = learning
        Probes = probes
        Networks = runs
        Choices = [||]
        Stopped = [||]
        Comparison = {
            MainRate = 1.0
            LazyThreshold = 0.05
            Margin = 0.01
            Differences = differences
            Slopes = slopes
            Verdicts = verdicts
        }
        Chapters = [||]
        Settings = [|
            { Key = "train.epochs"; Value = "50"; Source = "default" }
            { Key = "embed.encoder"; Value = hostile; Source = "command line" }
        |]
        Sources = sources
    }

let private nothing (findings: Findings) : Comparison = {
    findings.Comparison with
        Differences = [||]
        Slopes = [||]
        Verdicts = [||]
}

/// Every run diverged before its first step, nothing was fitted or judged, no picture was made.
let barren: Findings =
    let findings = make false

    let runs =
        findings.Networks
        |> Array.map (fun run -> { run with Diverged = Some 1; Epochs = [||]; DeltaTheta = None })

    {
        findings with
            Networks = runs
            Suspects = [||]
            Features = { findings.Features with ExplainedVariance = [||] }
            Combination = None
            Dimensions = { Rows = 0; Points = [||] }
            Picture = { Size = 0; Negative = 0; Values = [||]; Eigenvalues = [||] }
            Learning = { Points = [||]; Refusals = [||] }
            Probes = [||]
            Comparison = nothing findings
    }

/// Of a run whose first question was not asked.
let alone: Findings =
    let findings = make false

    {
        findings with
            Networks = [||]
            Probes = [||]
            Comparison = { findings.Comparison with Slopes = [||]; Verdicts = [||] }
            Sources = { findings.Sources with Networks = []; Comparison = [] }
    }
