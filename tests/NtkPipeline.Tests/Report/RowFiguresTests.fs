module NtkPipeline.Tests.RowFiguresTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private findings = lazy (SampleFindings.make false)

/// Seven rows, on which the network is the kernel's mirror, its like, or anything else.
let private few (network: float[]) =
    let findings = findings.Value
    let labels = [| 1.0; 1.0; 1.0; -1.0; -1.0; -1.0; -1.0 |]
    let kernel = [| 0.5; 0.75; -0.25; -0.5; -1.0; 0.25; 0.125 |]

    let runs =
        findings.Networks
        |> Array.filter (fun run -> run.Spec.Width = 4096 && run.Spec.InputScale = InputScale.SqrtD)
        |> Array.map (fun run -> { run with ValidationOutputs = network })

    {
        findings with
            ValidationLabels = labels
            Kernel = { findings.Kernel with ValidationOutputs = kernel }
            Networks = runs
    }

let private figure network = RowFigures.ofFindings (few network) |> List.exactlyOne

let tests =
    testList "RowFigures" [
        testCase "each row is drawn once, at the regression's output and the network's, by its label"
        <| fun () ->
            let network = [| 1.0; -0.5; 0.5; -0.25; -0.75; 0.5; -1.0 |]
            let figure = figure network

            Expect.equal
                (points (trace "labelled 1" figure))
                [| 0.5, 1.0; 0.75, -0.5; -0.25, 0.5 |]
                "positive"

            Expect.equal
                (points (trace "labelled 0" figure))
                [| -0.5, -0.25; -1.0, -0.75; 0.25, 0.5; 0.125, -1.0 |]
                "negative"

            Expect.stringContains
                figure.Caption
                "Both name the same class on 4 of 7; the kernel alone is right on 1, the network alone on 2."
                "counted"

        testCase "the words follow the numbers: the same, the opposite, and a constant"
        <| fun () ->
            let kernel = (few [||]).Kernel.ValidationOutputs

            Expect.stringContains
                (figure kernel).Caption
                "on 7 of 7; the kernel alone is right on 0, the network alone on 0. They lie 0 apart (root mean square); their correlation is 1.000."
                "the same"

            Expect.stringContains
                (figure (Array.map (~-) kernel)).Caption
                "their correlation is −1.000."
                "the opposite"

            Expect.stringContains
                (figure (Array.create 7 0.25)).Caption
                "one of them says the same of all rows."
                "a constant"

        testCase "one for each input scale; none where every network diverged or none was trained"
        <| fun () ->
            Expect.equal (RowFigures.ofFindings findings.Value).Length 2 "scales"
            Expect.isEmpty (RowFigures.ofFindings SampleFindings.alone) "none trained"
            Expect.isEmpty (RowFigures.ofFindings SampleFindings.barren) "all diverged"
    ]
