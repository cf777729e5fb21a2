namespace NtkPipeline.Core

/// Kernel against network, row by row.
[<RequireQualifiedAccess>]
module RowFigures =

    /// Rows that are drawn, at most.
    let private most = 3000

    let private draw id title caption what (kinds: (string * (float * float)[]) list) : Figure =
        let all = kinds |> List.map snd |> Array.concat
        let seen = all |> Array.collect (fun (x, y) -> [| x; y |])
        let low, high = Array.min seen, Array.max seen
        let share = float most / float (max most all.Length)

        {
            Id = id
            Title = title
            Caption =
                (if all.Length <= most then
                     caption
                 else
                     $"%s{caption} Drawn are %s{NumberText.count most} rows or so, evenly by place.")
            Chart =
                Plot.lines
                    (FigureAxis.linear $"%s{what} of kernel regression")
                    (FigureAxis.linear $"%s{what} of the network")
                    [
                        {
                            FigureSeries.create "the same" Palette.grey [|
                                CurvePoint.create low low
                                CurvePoint.create high high
                            |] with
                                Dash = LineDash.Dotted
                        }
                        for k, (name, points) in List.indexed kinds do
                            {
                                FigureSeries.create
                                    name
                                    (Palette.category k)
                                    (points
                                     |> Array.map (fun (x, y) -> CurvePoint.create x y)
                                     |> FigureSeries.thin (max 2 (int (ceil (share * float points.Length))))) with
                                    Symbol = Some(Palette.symbol k)
                                    HasLine = false
                            }
                    ]
        }

    let private together (kernel: float[]) (network: float[]) =
        let distance = (Metrics.gap kernel network).Rms

        let correlated =
            match Metrics.correlation kernel network with
            | Some r -> $"their correlation is %s{NumberText.score r}"
            | None -> "one of them says the same of all rows"

        $"They lie %s{NumberText.number distance} apart (root mean square); %s{correlated}."

    /// Of rows that the two name differently, how many each names right.
    let private agreement (rights: (bool * bool)[]) (same: int) =
        let network = rights |> Array.filter (fun (kernel, network) -> network && not kernel) |> Array.length
        let kernel = rights |> Array.filter (fun (kernel, network) -> kernel && not network) |> Array.length

        $"Both name the same class on %s{NumberText.count same} of %s{NumberText.count rights.Length}; the kernel alone is right on %s{NumberText.count kernel}, the network alone on %s{NumberText.count network}."

    let private title name = $"Kernel against network, row by row (%s{name})"

    let private binary (findings: Findings) k (name, run: NetworkRun) =
        let labels, kernel, network =
            findings.ValidationLabels, findings.Kernel.ValidationOutputs, run.ValidationOutputs

        let isOn (x: float) = x > 0.0
        let negative, positive = findings.Data.Classes

        let kind isPositive =
            [| 0 .. labels.Length - 1 |]
            |> Array.filter (fun i -> isOn labels[i] = isPositive)
            |> Array.map (fun i -> kernel[i], network[i])

        let rights = labels |> Array.mapi (fun i y -> isOn kernel[i] = isOn y, isOn network[i] = isOn y)

        let same = Array.map2 (fun a b -> isOn a = isOn b) kernel network |> Array.filter id |> Array.length

        draw
            $"rows-%d{k}"
            (title name)
            $"f on each of %s{NumberText.count labels.Length} validation rows: of kernel regression with the chosen ridge, and of the network's first seed %s{WidestNetworks.after run}; its sign names the class. %s{agreement rights same} %s{together kernel network}"
            "f"
            [
                $"labelled %s{PlainLine.within 20 negative}", kind false
                $"labelled %s{PlainLine.within 20 positive}", kind true
            ]

    /// One for the widest network of each input scale.
    let ofFindings (findings: Findings) : Figure list =
        WidestNetworks.all findings |> List.mapi (binary findings)

    let private task (findings: TaskFindings) k (name, run: TaskRun, network: Matrix<float>) =
        let expected, kernel = findings.Expected, findings.Regression.Validation
        let after = WidestNetworks.taskAfter run
        let rows = NumberText.count expected.Length

        match findings.Labels.Task with
        | LearningTask.Regression ->
            let a, b =
                Array.init kernel.Rows (fun i -> kernel[i, 0]),
                Array.init network.Rows (fun i -> network[i, 0])

            draw
                $"task-rows-%d{k}"
                (title name)
                $"Predictions of %s{rows} validation rows, by kernel regression and by the network's first seed %s{after}. %s{together a b}"
                "prediction"
                [ "validation rows", Array.zip a b ]
        | LearningTask.Binary _
        | LearningTask.Classes _ as task ->
            let named (outputs: Matrix<float>) i = TaskTargets.named task outputs i
            let own (outputs: Matrix<float>) i = outputs[i, min (outputs.Columns - 1) (int expected[i])]
            let names = LearningTask.names task
            let all = [| 0 .. expected.Length - 1 |]
            let places rows = rows |> Array.map (fun i -> own kernel i, own network i)

            let kinds =
                if names.Length > 12 then
                    [ "validation rows", places all ]
                else
                    [
                        for kind in 0 .. names.Length - 1 do
                            match all |> Array.filter (fun i -> int expected[i] = kind) with
                            | [||] -> ()
                            | rows -> PlainLine.within 20 names[kind], places rows
                    ]

            let rights =
                all |> Array.map (fun i -> named kernel i = expected[i], named network i = expected[i])

            let same = all |> Array.filter (fun i -> named kernel i = named network i) |> Array.length

            draw
                $"task-rows-%d{k}"
                (title name)
                $"The output of each row's own class on %s{rows} validation rows, by kernel regression and by the network's first seed %s{after}. %s{agreement rights same} %s{together (Array.map (own kernel) all) (Array.map (own network) all)}"
                "output of the own class"
                kinds

    /// The same of a run of any task.
    let ofTask (findings: TaskFindings) : Figure list =
        WidestNetworks.ofTask findings |> List.mapi (task findings)
