module NtkPipeline.Tests.ProbeFiguresTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.FigureReading

let private probe = lazy ((SampleFindings.make false).Probes[1])

let private figure = lazy (ProbeFigures.draw "probe" probe.Value)

let tests =
    testList "ProbeFigures" [
        testCase "every cell is the kernel's entry, panel by panel, in one scale of colours"
        <| fun () ->
            let probe = probe.Value
            let size = probe.Rows.Length
            let moved = Array.map2 (fun a b -> abs (a - b)) probe.Final probe.Initial
            let panels = traces figure.Value

            Expect.equal
                (panels |> List.map name)
                [
                    "Θ, infinite width"
                    "Θ̂₀, before training"
                    "|Θ̂_T − Θ̂₀|, what moved"
                    "Θ̂_T, after training"
                ]
                "panels"

            for panel, kernel in Seq.zip panels [ probe.Limit; probe.Initial; moved; probe.Final ] do
                let cells = cells panel
                Expect.equal panel.ValueKind System.Text.Json.JsonValueKind.Object "drawn"
                Expect.equal (panel.GetProperty("coloraxis").GetString()) "coloraxis" "one scale"

                for i in 0 .. size - 1 do
                    for j in 0 .. size - 1 do
                        let entry = FigureSeries.round 4 (float kernel[i * size + j])
                        let cell = cells[i][j]
                        Expect.equal cell entry $"%s{name panel} (%d{i}, %d{j})"

        testCase "each panel has axes of its own, beside and below the others"
        <| fun () ->
            let layout = (json figure.Value).GetProperty "layout"

            let domain (axis: string) =
                let ends = layout.GetProperty(axis).GetProperty "domain"
                ends[0].GetDouble(), ends[1].GetDouble()

            for left, right in [ "xaxis", "xaxis2"; "xaxis3", "xaxis4" ] do
                Expect.isLessThan (snd (domain left)) (fst (domain right)) $"%s{left} ends before %s{right}"

            for above, below in [ "yaxis", "yaxis3"; "yaxis2", "yaxis4" ] do
                Expect.isGreaterThan
                    (fst (domain above))
                    (snd (domain below))
                    $"%s{above} stands above %s{below}"

            Expect.equal
                (traces figure.Value |> List.map (fun panel -> panel.GetProperty("xaxis").GetString()))
                [ "x"; "x2"; "x3"; "x4" ]
                "in their order"

        testCase "the caption's distances are those of the entries, whatever became of them"
        <| fun () ->
            let probe = probe.Value
            let moved = ProbeKernels.distance probe.Final probe.Initial

            Expect.stringContains
                figure.Value.Caption
                $"‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ = %s{NumberText.percent moved};"
                "moved"

            let still = ProbeFigures.draw "still" { probe with Final = probe.Initial }
            Expect.stringContains still.Caption "‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ = 0.0%;" "not at all"
            let twice = ProbeFigures.draw "twice" { probe with Final = probe.Initial |> Array.map ((*) 2.0f) }
            Expect.stringContains twice.Caption "‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ = 100%;" "doubled"
            let three = ProbeFigures.draw "three" { probe with Outputs = 3 }

            Expect.stringEnds
                three.Caption
                "A network's kernel is the mean over its 3 outputs."
                "several outputs"
    ]
