namespace NtkPipeline.Core

/// Settings that several questions have, each under its own key.
[<RequireQualifiedAccess>]
module CommonSettings =

    /// `key`: "convergence.input-scale".
    let inputScale (key: string) : Setting =
        Setting.create
            key
            (Choice(InputScale.all |> List.map InputScale.print))
            (InputScale.print InputScale.SqrtD)
            "Norm of the inputs: 1, or the root of d, at which wide networks are lazy."

    let seeds (key: string) (count: int) : Setting =
        Setting.create key (Whole(1L, 1000L)) (string count) "Networks of each kind, with different seeds."

    /// Of full-batch descent.
    let rate (key: string) : Setting =
        Setting.create
            key
            (Real(1e-6, 1.99))
            "1"
            "Learning rate in units of N/Λ_max; full-batch descent is stable below 2."

    /// Of a power law's exponent.
    let tolerance (key: string) : Setting =
        Setting.create
            key
            (Real(0.0, 1.0))
            "0.1"
            "A power law's exponent agrees with theory's where its whole band lies within so much of it."

    /// What a question asks of networks of several widths that take steps of full-batch descent: `name` is the question's; at most so
    /// many rows.
    let ofDescent (name: string) (mostRows: int64) : Setting list = [
        Setting.create
            $"%s{name}.widths"
            (WholeList(1L, 65536L))
            "128, 512, 2048"
            "Hidden widths; laws are fitted from 128 on."
        seeds $"%s{name}.seeds" 3
        Setting.create
            $"%s{name}.rows"
            (Whole(16L, mostRows))
            "1000"
            "Training rows, evenly spaced, that networks and kernels learn from."
        Setting.create
            $"%s{name}.steps"
            (WholeList(1L, 100000L))
            "30, 100, 300"
            "Steps of full-batch descent after which they are looked at; the last ends training."
        rate $"%s{name}.rate"
        inputScale $"%s{name}.input-scale"
        tolerance $"%s{name}.tolerance"
    ]
