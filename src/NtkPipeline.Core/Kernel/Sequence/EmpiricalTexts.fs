namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// The tangent kernel of one finite network over texts, as somebody asks for it.
[<RequireQualifiedAccess>]
module EmpiricalTexts =

    /// Raised when the same request would give other bytes.
    let private version = "ntk-kernel-texts-empirical/1"

    let private refuse reason = Error(NumbersRefused $"empirical kernel: %s{reason}")

    /// Whether texts of x and of z can pass one finite network: each place has its own position where an attention has such.
    let checkPlaces (network: Network) (x: TextSource) (z: TextSource option) : Result<unit, string> =
        match z with
        | Some z when z.Places <> x.Places && Network.hasPositions network ->
            Error
                $"an attention with position= has one position a place, and %s{x.Name} has %d{x.Places} places a text and %s{z.Name} %d{z.Places}; pad the shorter, with 0 in its mask"
        | _ -> Ok()

    /// The kernel ready to be computed, of texts that have been checked: N × N′, or N × N′ × T × T′ of a network that has outputs at every
    /// place. Refused is what there is of rows alone, and what cannot fit.
    let job
        (precision: Precision<'t>)
        (convert: float -> 't)
        (machine: KernelMachine)
        (request: KernelRequest)
        (finite: FiniteNetwork)
        (x: TextSource)
        (z: TextSource option)
        : Result<KernelJob<'t>, PipelineError> =
        let network = request.Architecture

        let rows (source: TextSource) : RowSource<'t> = {
            RowCount = source.Rows.RowCount
            ColumnCount = source.Rows.ColumnCount
            Read = fun start count -> source.Rows.Read start count |> Result.map (Matrix.map convert)
        }

        result {
            do!
                match Network.finite network, Shape.aboveAll Shape.input network.Layers with
                | Error reason, _
                | _, Error reason -> refuse reason
                | Ok _, Ok { Width = None } ->
                    refuse "how many outputs the network has depends on the texts; end it in a dense layer"
                | Ok _, Ok _ -> Ok()

            do!
                checkPlaces network x z
                |> Result.mapError (fun reason -> NumbersRefused $"empirical kernel: %s{reason}")

            do!
                match request.Kind with
                | KernelKind.Ntk -> Ok()
                | KernelKind.Nngp ->
                    refuse
                        "of texts there is a finite network's tangent kernel alone; take --kind ntk, or leave --empirical out"

            do!
                if finite.Form = KernelForm.plain then
                    Ok()
                else
                    refuse
                        "of texts there is the mean over outputs alone, of the whole network: leave --outputs and --parts out"

            let! plan =
                TextTiles.plan machine.Memory finite.Asked network {
                    TokenFeatures = x.Features
                    MostPlaces = max x.Places (defaultArg z x).Places
                    Texts = x.Rows.RowCount
                    Others = z |> Option.map _.Rows.RowCount
                    NumberBytes = precision.Bytes
                }

            let tensors = machine.Tensors.Value

            return {
                Tiles =
                    TextTiles.ntk
                        precision
                        tensors.Device
                        plan
                        network
                        (Seed.root finite.NetworkSeed)
                        x.Features
                        (rows x)
                        (Option.map rows z)
                Cost = Some(EmpiricalPlan.print plan)
                Recipe = [
                    version
                    NetworkText.print network
                    KernelKind.print request.Kind
                    precision.Name
                    $"tiles of %d{plan.Side}"
                    $"%d{x.Features} features"
                    $"seed %d{finite.NetworkSeed}"
                    EmpiricalMethod.print plan.Method
                    $"%s{tensors.Device.ToString()}"
                    $"%d{tensors.Threads} threads"
                ]
            }
        }
